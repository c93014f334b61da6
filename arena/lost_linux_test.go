package arena_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strconv"
	"syscall"
	"testing"
	"time"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/config"
	"usarena/sync"
)

var cuts = flag.Int("arena.cuts", 4, "places at which the file of a small arena is cut off; 0: every page")

// A file that somebody truncates ends no process that is in a guarded call: each
// is told, goes on living, and others recover what it had.
func TestFileLosesPages(t *testing.T) {
	arenatest.NeedFile(t)
	small := config.Config{Size: 480 << 10, MaxSize: 480 << 10, NoAutoGrow: true, Users: 12}
	from, end := dataOf(small)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	var at []uint64
	for p := uint64(0); p < end; p += 4096 {
		at = append(at, p)
	}
	if *cuts > 0 {
		rnd.Shuffle(len(at), func(i, j int) { at[i], at[j] = at[j], at[i] })
		at = append([]uint64{0, from, end - 4096}, at...)[:max(*cuts, 3)]
	}
	for _, p := range at {
		t.Run(fmt.Sprintf("small at %d of %d", p/4096, end/4096), func(t *testing.T) { truncate(t, small, p) })
	}
	// Large enough for heaps of processors.
	large := config.Config{Size: 16 << 20, MaxSize: 16 << 20, NoAutoGrow: true, Users: 12}
	from, end = dataOf(large)
	for _, p := range []uint64{from / 2 &^ 4095, end - 4<<20} {
		t.Run(fmt.Sprintf("large at %d of %d", p/4096, end/4096), func(t *testing.T) { truncate(t, large, p) })
	}
}

func truncate(t *testing.T, cfg config.Config, at uint64) {
	name := arenatest.Name(t)
	a, err := arena.Create(name, &cfg)
	if err != nil {
		t.Fatal(err)
	}
	l, err := sync.NewLock(a)
	if err != nil {
		t.Fatal(err)
	}
	a.PutInfo(l.Offset())
	mustMalloc(t, a, 9000)
	a.Close()

	all := map[string]*child{}
	watchdog := time.AfterFunc(time.Minute, func() {
		for _, c := range all {
			c.Process.Signal(syscall.SIGQUIT)
		}
	})
	defer watchdog.Stop()
	begin := func(role string) *child {
		c := start(t, "lost", name, role)
		all[role] = c
		t.Cleanup(func() { c.Process.Kill(); c.Wait() })
		return c
	}
	victim := start(t, "hold", name)
	victim.line(t)
	begin("hold").line(t)
	poisoned := []string{"idle", "recover", "look", "wait", "read", "sema"}
	for _, role := range append([]string{"rescue"}, poisoned...) {
		begin(role)
	}
	for role, c := range all {
		if role != "hold" {
			c.line(t)
		}
	}
	victim.kill(t)
	whole, err := arenatest.ReadFile(name)
	if err == nil {
		err = os.Truncate(arenatest.Path(name), int64(at))
	}
	if err != nil {
		t.Fatal(err)
	}
	tell := func(role, what string) { io.WriteString(all[role].in, what+"\n") }
	for _, role := range poisoned {
		tell(role, "go")
	}
	for _, role := range poisoned {
		if got := all[role].line(t); got[0] != "poisoned" {
			t.Fatalf("%s: %q", role, got)
		} else if testing.Verbose() && role == "idle" {
			t.Logf("%s: %s", role, got)
		}
	}
	tell("hold", "go")
	from, end := dataOf(cfg)
	tail := at >= from+(end-from)/2 // metadata and what was allocated is there
	rescue := func() {
		tell("rescue", "go")
		got := all["rescue"].line(t)
		us, _ := strconv.Atoi(got[1])
		t.Logf("%d poisoned users recovered after %v", len(poisoned), time.Duration(us)*time.Microsecond)
	}
	if tail {
		rescue()
	}
	restore(t, name, whole, at)
	if !tail {
		rescue()
	}
	for _, role := range poisoned {
		tell(role, "write")
		all[role].line(t)
	}
	now, err := arenatest.ReadFile(name)
	if err != nil || bytes.Contains(now, bytes.Repeat([]byte{0xee}, 100)) {
		t.Errorf("a poisoned process's store is in the file (%v)", err)
	}
	b, err := arena.Join(name)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if _, err := b.Recover(context.Background()); err != nil {
		t.Error(err)
	}
	if tail {
		wantClean(t, b)
	}
	for role, c := range all {
		tell(role, "close")
		if got := c.line(t); got[0] != "closed" {
			t.Errorf("%s: %q", role, got)
		}
		c.finish(t)
	}
}

// restore makes the file as it was.
func restore(t *testing.T, name string, whole []byte, at uint64) {
	f, err := os.OpenFile(arenatest.Path(name), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt(whole[at:], int64(at)); err != nil {
		t.Fatal(err)
	}
}

package arena_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/config"
	"usarena/info"
	"usarena/internal/layout"
	"usarena/sync"
)

var repairKills = flag.Int("arena.repairkills", 25, "processes that TestRepairKilled kills while they repair")

func init() {
	// repair says so, and repairs args[0].
	arenatest.Register("repair", func(args []string) error {
		fmt.Println("ready")
		_, err := arena.Repair(args[0])
		fmt.Println("done", err)
		return err
	})
}

// damagedArena is one with content, of which the first span's word and a reserved
// byte are spoilt. It gives the blocks that are not damaged, with their content.
func damagedArena(t *testing.T) (name string, kept map[arena.Offset][]byte) {
	t.Helper()
	name = filepath.Join(t.TempDir(), "arena")
	a := mustCreate(t, name, &config.Config{Size: 1 << 20, MaxSize: 16 << 20, Users: 4, Mode: 0o640})
	kept = map[arena.Offset][]byte{}
	spoilt := mustMalloc(t, a, 100)
	for i := range 200 {
		n := uint64(200 + i*37)
		p := mustMalloc(t, a, n)
		b := a.Bytes(p, n)
		for j := range b {
			b[j] = byte(i + j)
		}
		kept[p] = slices.Clone(b)
	}
	copy(a.Bytes(spoilt, 100), "what was in the span whose word is gone")
	a.PutInfo(spoilt)
	g, err := layout.Plan(16<<20, 4)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	page := (spoilt - g.DataOff) >> layout.PageShift
	spoilFile(t, name, int64(g.StatesOff+page*layout.StateSize), bytes.Repeat([]byte{0xff}, 8))
	spoilFile(t, name, 0x218, []byte{1})
	return name, kept
}

func spoilFile(t *testing.T, name string, at int64, b []byte) {
	t.Helper()
	if err := arenatest.WriteAt(name, b, at); err != nil {
		t.Fatal(err)
	}
}

// wantRepaired joins a repaired arena and looks for what was in it.
func wantRepaired(t *testing.T, name string, kept map[arena.Offset][]byte) {
	t.Helper()
	if r, err := info.Check(name); err != nil || !r.Clean {
		t.Errorf("check: %+v, %v", r, err)
	}
	a := mustJoin(t, name)
	for p, b := range kept {
		if n, err := a.BlockSize(p); err != nil || n < uint64(len(b)) {
			t.Errorf("block at %#x: %d bytes, %v", p, n, err)
		} else if !bytes.Equal(a.Bytes(p, uint64(len(b))), b) {
			t.Errorf("block at %#x has other content", p)
		}
	}
	for i := range 100 { // it can be used, and all of it can be freed
		p := mustMalloc(t, a, uint64(64*i+1))
		kept[p] = nil
	}
	for p := range kept {
		if err := a.Free(p); err != nil {
			t.Error(err)
		}
		delete(kept, p)
	}
	wantClean(t, a)
	if err := a.Close(); err != nil {
		t.Error(err)
	}
}

func TestRepair(t *testing.T) {
	name, kept := damagedArena(t)
	before, err := arenatest.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	r, err := arena.Repair(name)
	if err != nil {
		t.Fatal(err)
	}
	if r.Sound || r.Saved() || len(r.Salvaged) == 0 || r.Changed == 0 || !strings.HasPrefix(r.Copy, arenatest.Path(name)+".damaged-") {
		t.Errorf("%+v", r)
	}
	if after, err := os.ReadFile(r.Copy); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the copy is not the file as it was: %v", err)
	}
	if st, err := os.Stat(arenatest.Path(name)); err != nil || st.Mode().Perm() != 0o640 {
		t.Errorf("mode %v, %v; want 0640", st.Mode(), err)
	}
	a := mustJoin(t, name)
	s := r.Salvaged[0]
	if got := a.Bytes(s.Offset, s.Pages<<layout.PageShift); !bytes.Contains(got, []byte("what was in the span")) {
		t.Error("the salvaged pages lack what was in them")
	}
	if err := a.Free(s.Offset); err != nil {
		t.Error(err)
	}
	a.Close()
	again, err := arena.Repair(name)
	if err != nil || !again.Sound || again.Copy != "" {
		t.Errorf("a sound arena: %+v, %v", again, err)
	}
	wantRepaired(t, name, kept)
	if all, _ := filepath.Glob(name + "*"); len(all) != 2 {
		t.Errorf("files %v, want two", all)
	}
}

// TestRepairInUse has a living user first, who is named, and then a dead one with
// a lock: it is recovered.
func TestRepairInUse(t *testing.T) {
	name := arenatest.Name(t)
	a := mustCreate(t, name, &config.Config{MaxSize: 4 << 20})
	l, err := sync.NewLock(a)
	if err != nil {
		t.Fatal(err)
	}
	c := start(t, "hold", name)
	c.line(t)
	_, err = arena.Repair(name)
	wantError(t, "repair", err, arena.ErrBusy)
	if err == nil || !strings.Contains(err.Error(), "2 live users") || !strings.Contains(err.Error(), fmt.Sprint(c.Process.Pid)) {
		t.Errorf("%v: want both users", err)
	}
	if err := l.Lock(context.Background()); err != nil {
		t.Fatal(err)
	}
	c.kill(t)
	off := l.Offset()
	b, err := arenatest.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	a.Close()
	// As if this process had died as well, and with damage.
	b[0x218] = 1
	if err := arenatest.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := arena.Repair(name)
	if err != nil || r.Users != 2 || !r.Saved() {
		t.Fatalf("%+v, %v: want two users, and all saved", r, err)
	}
	defer os.Remove(r.Copy)
	a = mustJoin(t, name)
	n := 0
	for range a.Orphans() {
		n++
	}
	if n != 4 {
		t.Errorf("%d orphans, the dead user had 4 blocks", n)
	}
	if l, err = sync.LockAt(a, off); err != nil {
		t.Fatal(err)
	}
	if err := l.Lock(context.Background()); !sync.Held(err) {
		t.Errorf("lock of a dead user: %v", err)
	}
	if err := l.Recovered(); err != nil {
		t.Error(err)
	}
	if err := l.Unlock(); err != nil {
		t.Error(err)
	}
	wantClean(t, a)
	a.Close()
}

func TestRepairRefuses(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "text")
	if err := os.WriteFile(text, bytes.Repeat([]byte("no arena\n"), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := arena.Repair(text)
	wantError(t, "a text", err, arena.ErrNotArena)
	_, err = arena.Repair(filepath.Join(dir, "none"))
	wantError(t, "nothing", err, os.ErrNotExist)

	name, _ := damagedArena(t)
	spoilFile(t, name, 0x28, bytes.Repeat([]byte{0x55}, 0x90))
	_, err = arena.Repair(name)
	wantError(t, "no header", err, arena.ErrCorrupt)
	name, _ = damagedArena(t)
	if err := os.Truncate(arenatest.Path(name), 5000); err != nil {
		t.Fatal(err)
	}
	_, err = arena.Repair(name)
	wantError(t, "no data", err, arena.ErrTruncated)
	for _, name := range []string{text, name} {
		if all, _ := filepath.Glob(name + ".damaged*"); len(all) != 0 {
			t.Errorf("copies %v of what was not repaired", all)
		}
	}
}

// TestRepairKilled kills processes while they repair: the name always leads to
// the damaged arena or to the repaired one.
func TestRepairKilled(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	name, kept := damagedArena(t)
	damaged, err := arenatest.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	before, linked, after := 0, 0, 0
	for range *repairKills {
		all, _ := filepath.Glob(name + "*")
		for _, f := range all {
			os.Remove(f)
		}
		if err := arenatest.WriteFile(name, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		c := start(t, "repair", name)
		c.line(t)
		time.Sleep(time.Duration(r.IntN(40000)) * time.Microsecond)
		unix.Kill(c.Process.Pid, unix.SIGKILL)
		c.Wait()
		copies, _ := filepath.Glob(name + ".damaged-*")
		now, err := arenatest.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		switch rep, err := info.Check(name); {
		case bytes.Equal(now, damaged):
			before++
			if linked += len(copies); len(copies) > 1 {
				t.Errorf("copies %v", copies)
			}
		case err != nil || !rep.Clean:
			t.Errorf("neither the one nor the other: %+v, %v", rep, err)
		default:
			after++
			if len(copies) != 1 {
				t.Errorf("repaired, and copies %v", copies)
			} else if was, err := os.ReadFile(copies[0]); err != nil || !bytes.Equal(was, damaged) {
				t.Errorf("the copy is not the file as it was: %v", err)
			}
		}
	}
	t.Logf("killed %d times before the name changed (%d of these with the copy's name made), %d times afterwards", before, linked, after)
	if _, err := arena.Repair(name); err != nil {
		t.Fatal(err)
	}
	wantRepaired(t, name, kept)
}

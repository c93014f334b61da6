package arena_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/config"
)

// The creator and seven more fill the default table; the ninth is told who.
func TestFullTable(t *testing.T) {
	a := arenatest.New(t)
	var held []*child
	for range 7 {
		c := start(t, "hold", a.Name())
		c.line(t)
		held = append(held, c)
	}
	for how, open := range map[string]func(string) (*arena.Arena, error){"Init": opens["Init"], "Join": arena.Join} {
		_, err := open(a.Name())
		wantError(t, how, err, arena.ErrTooManyUsers)
		wantError(t, how, err, syscall.ENOSPC)
		for _, c := range held {
			if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("pid %d since ", c.Process.Pid)) {
				t.Errorf("%s: pid %d is not named: %v", how, c.Process.Pid, err)
			}
		}
	}
	r, err := arena.OpenReadOnly(a.Name()) // needs no slot
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	held[3].finish(t)
	b := mustJoin(t, a.Name())
	b.Close()
	held[5].kill(t)
	waitDead(t, a, 1)
	mustJoin(t, a.Name()) // the dead one's slot
	for i, c := range held {
		if i != 3 && i != 5 {
			c.finish(t)
		}
	}
	wantClean(t, a)
}

// waitDead waits until the arena has n users that died: the kernel takes a
// moment after a kill.
func waitDead(t *testing.T, a *arena.Arena, n int) {
	t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		dead := 0
		for _, u := range a.Users() {
			if u.State == "dead" {
				dead++
			}
		}
		if dead == n {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%d dead users, want %d: %+v", dead, n, a.Users())
		}
	}
}

// A killed user's slot is recovered by whoever attaches next.
func TestKilledUserIsRecovered(t *testing.T) {
	a := arenatest.New(t)
	c := start(t, "hold", a.Name())
	words := c.line(t)
	slot := 0
	for _, u := range a.Users() {
		if u.Pid == c.Process.Pid {
			slot = u.Slot
		}
	}
	c.kill(t)
	waitDead(t, a, 1)
	b := mustJoin(t, a.Name())
	if s := b.Self(); s.Slot != slot || s.State != "live" || s.Pid != os.Getpid() {
		t.Errorf("the next user is %+v, the dead one had slot %d", s, slot)
	}
	if n := len(a.Users()); n != 2 {
		t.Errorf("users %+v", a.Users())
	}
	wantClean(t, a)
	for _, w := range words[2:] { // the dead user's blocks are there, and can be freed
		p, err := strconv.ParseUint(w, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Free(p); err != nil {
			t.Errorf("free a dead user's block: %v", err)
		}
	}
	if n := a.Stats().LiveBytes; n != 0 {
		t.Errorf("%d bytes are left", n)
	}
}

func TestRecover(t *testing.T) {
	for _, reclaim := range []bool{false, true} {
		a := arenatest.New(t, &config.Config{ReclaimOnDeath: reclaim})
		for range 3 {
			c := start(t, "hold", a.Name())
			defer c.kill(t)
			c.line(t)
		}
		if got, err := a.Recover(t0); err != nil || got.Users != 0 {
			t.Errorf("nobody is dead: %+v, %v", got, err)
		}
		c := start(t, "hold", a.Name())
		c.line(t)
		c.kill(t)
		waitDead(t, a, 1)
		got, err := a.Recover(t0)
		if err != nil || got.Users != 1 {
			t.Errorf("%+v, %v", got, err)
		}
		if reclaim && got.Freed == 0 || !reclaim && got.Blocks == 0 {
			t.Errorf("reclaim %v: %+v", reclaim, got)
		}
		if got, err := a.Recover(t0); err != nil || got.Users != 0 {
			t.Errorf("twice: %+v, %v", got, err)
		}
		wantClean(t, a)
	}
}

// A stopped process is not dead.
func TestStoppedUserLives(t *testing.T) {
	a := arenatest.New(t)
	c := start(t, "hold", a.Name())
	c.line(t)
	if err := c.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	got, err := a.Recover(t0)
	if err != nil || got.Users != 0 {
		t.Errorf("%+v, %v", got, err)
	}
	mustJoin(t, a.Name()).Close()
	for range 1000 {
		if err := a.Free(mustMalloc(t, a, 200)); err != nil {
			t.Fatal(err)
		}
	}
	c.Process.Signal(syscall.SIGCONT)
	c.finish(t)
}

func TestReaper(t *testing.T) {
	name := arenatest.Name(t)
	a, err := arena.Init(name, &config.Config{Reaper: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if a.Config().Reaper != time.Millisecond {
		t.Errorf("%+v", a.Config())
	}
	c := start(t, "hold", name)
	c.line(t)
	c.kill(t)
	for end := time.Now().Add(time.Minute); len(a.Users()) != 1; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("nobody reaps %+v", a.Users())
		}
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
}

// An arena that is full of a dead user's blocks has room again when they are
// reclaimed, and malloc finds that out by itself.
func TestFullOfTheDead(t *testing.T) {
	a := arenatest.New(t, &config.Config{Size: 512 << 10, NoAutoGrow: true, ReclaimOnDeath: true})
	c := start(t, "hoard", a.Name())
	c.line(t)
	if _, err := a.Malloc(50_000); !errors.Is(err, arena.ErrNoSpace) {
		t.Fatalf("the arena is not full: %v", err)
	}
	c.kill(t)
	for end := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		_, err := a.Malloc(50_000)
		if err == nil {
			break
		}
		if time.Now().After(end) {
			t.Fatal(err)
		}
	}
	wantClean(t, a)
}

func init() {
	arenatest.Register("hoard", func(args []string) error {
		a, err := arena.Join(args[0])
		if err != nil {
			return err
		}
		n := 0
		for ; err == nil; n++ {
			_, err = a.Malloc(40_000) // a large block says who allocated it
		}
		fmt.Println("hoarded", n)
		io.Copy(io.Discard, os.Stdin)
		return nil
	})
}

// Close waits for calls in progress, and those that come later are told.
func TestCloseUnderLoad(t *testing.T) {
	keep := arenatest.New(t)
	for range 10 {
		a, err := arena.Join(keep.Name())
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for g := range 6 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				for i := 0; ; i++ {
					p, err := a.Malloc(uint64(16 + (i*37+g)%3000))
					if err == nil {
						err = a.Free(p)
					}
					if err == nil && i%64 == g {
						_, err = a.Recover(t0)
					}
					if errors.Is(err, arena.ErrClosed) {
						return
					}
					if err != nil {
						t.Error(err)
						return
					}
				}
			}()
		}
		time.Sleep(3 * time.Millisecond)
		for range 3 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				if err := a.Close(); err != nil {
					t.Error(err)
				}
			}()
		}
		wg.Wait()
		wantClean(t, keep)
	}
	if n := len(keep.Users()); n != 1 {
		t.Errorf("users %+v", keep.Users())
	}
}

func TestBlocksAndClose(t *testing.T) {
	a := arenatest.New(t)
	want := map[arena.Offset]uint64{}
	for i := range uint64(100) {
		want[mustMalloc(t, a, i*100)] = i * 100
	}
	for off, n := range a.Blocks() {
		if least, ok := want[off]; !ok || n < least {
			t.Errorf("block %#x of %d", off, n)
		}
		delete(want, off)
	}
	if len(want) != 0 {
		t.Errorf("not seen: %v", want)
	}
	n := 0
	for range a.Blocks() { // closing inside is fine and ends the loop
		n++
		a.Close()
	}
	if n != 1 {
		t.Errorf("%d blocks after Close", n)
	}
}

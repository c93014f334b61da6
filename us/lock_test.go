package us_test

import (
	"errors"
	"math"
	"os"
	"syscall"
	"testing"
	"time"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/sync"
	"usarena/us"
)

func init() {
	// holder sets the lock and says so; then it stays, or ends without a word.
	arenatest.Register("holder", func(args []string) error {
		a := must(us.Init(args[0]))
		l := lockAt(a, args[1])
		check(us.SetLock(l))
		say("held")
		if len(args) > 2 {
			os.Exit(0) // as exit(2) ends a process of IRIX: nothing is detached
		}
		for hear() == "again" {
			check(us.UnsetLock(l), us.SetLock(l))
			say("again")
		}
		return errors.Join(us.UnsetLock(l), us.Detach(a))
	})
	// unsetter unsets a lock that another process holds.
	arenatest.Register("unsetter", func(args []string) error {
		a := must(us.Init(args[0]))
		return errors.Join(us.UnsetLock(lockAt(a, args[1])), us.Detach(a))
	})
}

func TestLockReturns(t *testing.T) {
	a := mustInit(t, arenatest.Name(t))
	l := need(us.NewLock(a))(t)
	got(t, "a new lock is held", false)(us.TestLock(l))
	done(t, us.SetLock(l))
	got(t, "a set lock is held", true)(us.TestLock(l))
	for _, spins := range []uint{0, 1, 5, 100, 1000, 50_000} {
		got(t, "try of a held lock", false)(us.CSetLock(l, spins))
	}
	done(t, us.UnsetLock(l))
	got(t, "an unset lock is held", false)(us.TestLock(l))
	for _, spins := range []uint{0, 1, 100, math.MaxUint} {
		got(t, "try of a free lock", true)(us.CSetLock(l, spins))
		done(t, us.UnsetLock(l), us.WSetLock(l, spins), us.UnsetLock(l))
	}
	if err := us.UnsetLock(l); err != nil { // harmless
		t.Errorf("unset of a free lock: %v", err)
	}
	done(t, us.SetLock(l), us.InitLock(l))
	got(t, "held after InitLock", false)(us.TestLock(l))
	if same := need(us.LockAt(a, l.Offset()))(t); same != l {
		t.Error("LockAt gives another handle")
	}
	_, err := us.LockAt(a, l.Offset()+8)
	wantError(t, "no lock begins there", err, arena.ErrNotAllocated)
	_, err = us.SemaAt(a, l.Offset())
	wantError(t, "not a semaphore", err, sync.ErrWrongObject)
}

// A lock may be freed by whoever holds it.
func TestFreeLock(t *testing.T) {
	a, b := mustInit(t, arenatest.Name(t)), mustInit(t, "/dev/zero")
	l := need(us.NewLock(a))(t)
	other := need(us.NewLock(b))(t)
	done(t, us.SetLock(l))
	wantError(t, "free with no arena", us.FreeLock(l, nil), arena.ErrInvalid)
	if err := us.FreeLock(l, b); err == nil {
		t.Error("freed with another arena's handle")
	}
	got(t, "the other arena's lock is held", false)(us.TestLock(other))
	got(t, "held", true)(us.TestLock(l))
	done(t, us.FreeLock(l, a))
	wantError(t, "free again", us.FreeLock(l, a), arena.ErrNotAllocated)
	wantError(t, "set", us.SetLock(l), arena.ErrNotAllocated)
	wantError(t, "wait", us.WSetLock(l, 10), arena.ErrNotAllocated)
	wantError(t, "unset", us.UnsetLock(l), arena.ErrNotAllocated)
	_, err := us.CSetLock(l, 10)
	wantError(t, "try", err, arena.ErrNotAllocated)
	_, err = us.TestLock(l)
	wantError(t, "test", err, arena.ErrNotAllocated)
	again := need(us.NewLock(a))(t)
	got(t, "the next lock is held", false)(us.TestLock(again))
	if err := us.FreeLock(l, a); err == nil {
		t.Error("an old handle freed the lock that was made in its place")
	}
}

func TestLockNeedsArena(t *testing.T) {
	_, err := us.NewLock(nil)
	wantError(t, "NewLock", err, syscall.EINVAL)
	_, err = us.LockAt(nil, 64)
	wantError(t, "LockAt", err, syscall.EINVAL)
	wantError(t, "Detach", us.Detach(nil), syscall.EINVAL)
	wantError(t, "Free", us.Free(64, nil), syscall.EINVAL)
}

// A full arena is ENOMEM where an object does not fit, and ENOSPC as everywhere.
func TestArenaFull(t *testing.T) {
	with(t, us.CONF_AUTOGROW, 0)
	a := mustInit(t, arenatest.Name(t))
	for what, mk := range map[string]func() error{
		"lock":     func() error { _, err := us.NewLock(a); return err },
		"sema":     func() error { _, err := us.NewSema(a, 1); return err },
		"pollsema": func() error { _, err := us.NewPollSema(a, 1); return err },
		"barrier":  func() error { _, err := us.NewBarrier(a); return err },
	} {
		var err error
		for n := 0; err == nil; n++ {
			if err = mk(); n > 10_000 {
				t.Fatalf("%s: more than %d in 64 KiB", what, n)
			}
		}
		for _, want := range []error{syscall.ENOMEM, syscall.ENOSPC, arena.ErrNoSpace} {
			wantError(t, what, err, want)
		}
	}
}

// A process that holds a lock waits for it like any other, until somebody else
// unsets it.
func TestSetTwice(t *testing.T) {
	name := arenatest.Name(t)
	a := mustInit(t, name)
	l := need(us.NewLock(a))(t)
	done(t, us.SetLock(l))
	second := make(chan error, 1)
	go func() { second <- us.SetLock(l) }()
	select {
	case err := <-second:
		t.Fatalf("set twice: %v", err)
	case <-time.After(30 * time.Millisecond):
	}
	start(t, "unsetter", name, l.Offset()).finish(t)
	within(t, "the second SetLock", func() error { return <-second })
	got(t, "held", true)(us.TestLock(l))
	done(t, us.UnsetLock(l))
}

// WSetLock waits, whatever its spins, also for an owner that dies meanwhile.
func TestWSetLockWaits(t *testing.T) {
	for _, spins := range []uint{0, 5, 1000, math.MaxUint} {
		name := arenatest.Name(t)
		a := mustInit(t, name)
		l := need(us.NewLock(a))(t)
		c := start(t, "holder", name, l.Offset())
		c.line(t)
		waits := make(chan error, 1)
		go func() { waits <- us.WSetLock(l, spins) }()
		select {
		case err := <-waits:
			t.Fatalf("%d spins: got a lock that another process holds, %v", spins, err)
		case <-time.After(15 * time.Millisecond):
		}
		if spins%2 == 0 {
			c.finish(t)
			within(t, "WSetLock", func() error { return <-waits })
		} else {
			c.kill(t)
			within(t, "WSetLock", func() error {
				if err := <-waits; !errors.Is(err, sync.ErrOwnerDied) || !sync.Held(err) {
					return errors.Join(errors.New("no word of the owner's death"), err)
				}
				return nil
			})
		}
		got(t, "held", true)(us.TestLock(l))
		done(t, us.UnsetLock(l))
	}
}

// Many processes and goroutines use one lock.
func TestSetLockExcludes(t *testing.T) {
	name := arenatest.Name(t)
	a := mustInit(t, name)
	l := need(us.NewLock(a))(t)
	c := start(t, "holder", name, l.Offset())
	c.line(t)
	counts := make(chan int, 3)
	inside := 0
	for range 3 {
		go func() {
			n := 0
			for ; n < 50; n++ {
				if err := us.SetLock(l); err != nil {
					t.Error(err)
					break
				}
				if inside++; inside != 1 {
					t.Error("two hold it")
				}
				inside--
				us.UnsetLock(l)
			}
			counts <- n
		}()
	}
	for range 20 {
		c.tell(t, "again")
		c.line(t)
	}
	c.finish(t)
	for range 3 {
		within(t, "a goroutine", func() error { <-counts; return nil })
	}
}

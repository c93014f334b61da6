package us_test

import (
	"errors"
	"testing"

	"usarena/arena/arenatest"
	"usarena/sync"
	"usarena/us"
)

// An owner that exits is dead, and the next one takes over and is told.
func TestRobust(t *testing.T) {
	name := arenatest.Name(t)
	a := mustInit(t, name)
	l := need(us.NewLock(a))(t)
	for what, take := range map[string]func() error{
		"SetLock":  func() error { return us.SetLock(l) },
		"WSetLock": func() error { return us.WSetLock(l, 100) },
		"CSetLock": func() error {
			ok, err := us.CSetLock(l, 0)
			if !ok {
				return errors.New("not taken over")
			}
			return err
		},
	} {
		c := start(t, "holder", name, l.Offset(), "exit")
		c.line(t)
		c.finish(t)
		err := take()
		wantError(t, what, err, sync.ErrOwnerDied)
		if !sync.Held(err) {
			t.Errorf("%s: not held", what)
		}
		done(t, us.UnsetLock(l)) // what IRIX programs do: they know of no death
		done(t, us.SetLock(l), us.UnsetLock(l))
	}
}

// With CONF_ROBUST off a lock goes from hand to hand by exit, as on IRIX: one
// process sets it and exits, another one unsets it.
func TestNotRobust(t *testing.T) {
	name := arenatest.Name(t)
	a := mustInit(t, name)
	if old := with(t, us.CONF_ROBUST, 0); old != 1 {
		t.Errorf("CONF_ROBUST was %d", old)
	}
	l := need(us.NewLock(a))(t)
	need(us.Config(us.CONF_ROBUST, 1))(t) // it is what the lock was made with that counts
	c := start(t, "holder", name, l.Offset(), "exit")
	c.line(t)
	c.finish(t)
	need(a.Recover(t.Context()))(t)
	got(t, "held by one that has exited", true)(us.TestLock(l))
	got(t, "try", false)(us.CSetLock(l, 100))
	waits := make(chan error, 1)
	go func() { waits <- us.SetLock(l) }()
	start(t, "unsetter", name, l.Offset()).finish(t)
	within(t, "SetLock", func() error { return <-waits })
	done(t, us.UnsetLock(l))
}

// Detach leaves a lock that is held as a death does, and says so.
func TestDetachHolding(t *testing.T) {
	name := arenatest.Name(t)
	a := mustInit(t, name)
	l := need(us.NewLock(a))(t)
	c := start(t, "holder", name, l.Offset()) // keeps the arena alive
	c.line(t)
	mine := need(us.NewLock(a))(t)
	done(t, us.SetLock(mine))
	off := mine.Offset()
	if err := us.Detach(a); err == nil {
		t.Error("detached with a lock held, and nothing is said")
	}
	a = mustInit(t, name)
	again := need(us.LockAt(a, off))(t)
	wantError(t, "set", us.SetLock(again), sync.ErrOwnerDied)
	done(t, us.UnsetLock(again))
	c.finish(t)
}

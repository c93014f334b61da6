package us_test

import (
	"errors"
	"testing"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/sync"
	"usarena/us"
)

// VRPN's semaphore class, and OpenSG's lock, demand that a try with 0 spins is a
// try: it says no at once and never blocks.

// vrpnSemaphore is a lock if there is one unit, else a counting semaphore.
type vrpnSemaphore struct {
	lock *sync.Lock
	sema *sync.Sema
}

func newVRPN(a *arena.Arena, n int) (s vrpnSemaphore, err error) {
	if n == 1 {
		s.lock, err = us.NewLock(a)
	} else {
		s.sema, err = us.NewSema(a, n)
	}
	return s, err
}

func (s vrpnSemaphore) p() error {
	if s.lock != nil {
		return us.SetLock(s.lock)
	}
	return us.PSema(s.sema)
}

// condP is 1, or 0 or less for no.
func (s vrpnSemaphore) condP() int {
	try := func() (bool, error) { return us.CPSema(s.sema) }
	if s.lock != nil {
		try = func() (bool, error) { return us.CSetLock(s.lock, 0) }
	}
	ok, err := try()
	switch {
	case err != nil:
		return -1
	case ok:
		return 1
	}
	return 0
}

func (s vrpnSemaphore) v() error {
	if s.lock != nil {
		return us.UnsetLock(s.lock)
	}
	return us.VSema(s.sema)
}

func init() {
	arenatest.Register("vrpn", func(args []string) error {
		a := must(arena.Inherit())
		one, many := vrpnSemaphore{lock: lockAt(a, args[0])}, vrpnSemaphore{sema: semaAt(a, args[1])}
		say(one.condP(), many.condP())
		hear()
		check(one.p(), many.p()) // these wait
		say("both")
		hear()
		return errors.Join(one.v(), many.v(), us.Detach(a))
	})
}

func TestClientVRPN(t *testing.T) {
	a := mustInit(t, "/dev/zero")
	one, many := need(newVRPN(a, 1))(t), need(newVRPN(a, 2))(t)
	done(t, one.p(), many.p(), many.p())
	c := sproc(t, a, "vrpn", one.lock.Offset(), many.sema.Offset())
	if s := c.line(t); s != "0 0" {
		t.Errorf("condP of what is taken: %s", s)
	}
	c.tell(t, "wait")
	done(t, one.v(), many.v())
	c.line(t)
	if n := one.condP(); n != 0 {
		t.Errorf("condP of a taken lock: %d", n)
	}
	if n := many.condP(); n != 0 {
		t.Errorf("condP of a semaphore without units: %d", n)
	}
	c.finish(t)
	if n, m := one.condP(), many.condP(); n != 1 || m != 1 {
		t.Errorf("condP of what is free: %d, %d", n, m)
	}
	done(t, us.FreeLock(one.lock, a))
	if n := one.condP(); n > 0 {
		t.Errorf("condP of a freed lock: %d", n)
	}
}

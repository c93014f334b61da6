package us_test

import (
	"errors"
	"fmt"
	"strconv"
	"testing"

	"usarena/arena/arenatest"
	"usarena/us"
)

// The runtime of SML/NJ for several processors demands that unlocking a new lock is
// harmless, that a lock goes from the process that set it to another that unsets
// it, and barriers whose number of parties varies from call to call.

func init() {
	arenatest.Register("sml-proc", func(args []string) error {
		a := must(us.Init(args[0]))
		lock, b := lockAt(a, args[1]), barrierAt(a, args[2])
		if ok := must(us.CSetLock(lock, 1)); ok {
			return errors.New("the parent does not hold the lock")
		}
		say("runs")
		if hear() == "unlock" {
			check(us.UnsetLock(lock)) // handed over by the parent
		}
		for n := hear(); n != ""; n = hear() {
			check(us.Barrier(b, uint(must(strconv.Atoi(n)))))
			say("passed")
		}
		return us.Detach(a)
	})
}

func TestClientSMLNJ(t *testing.T) {
	with(t, us.CONF_LOCKTYPE, us.US_NODEBUG)
	with(t, us.CONF_AUTOGROW, 0)
	with(t, us.CONF_INITSIZE, 65536)
	name := arenatest.Name(t)
	a := mustInit(t, name)
	lock := need(us.NewLock(a))(t)
	done(t, us.InitLock(lock), us.UnsetLock(lock))
	got(t, "uscsetlock", true)(us.CSetLock(lock, 1))
	got(t, "uscsetlock again", false)(us.CSetLock(lock, 1))
	b := need(us.NewBarrier(a))(t)
	done(t, us.InitBarrier(b))

	var all []*child
	for range 2 {
		c := start(t, "sml-proc", name, lock.Offset(), b.Offset())
		c.line(t)
		all = append(all, c)
	}
	all[0].tell(t, "unlock")
	all[1].tell(t, "go")
	within(t, "the lock, by the child's hand", func() error { return us.SetLock(lock) })
	for _, n := range []int{3, 2, 3, 1} {
		for _, c := range all[:n-1] {
			c.tell(t, fmt.Sprint(n))
		}
		within(t, "the barrier", func() error { return us.Barrier(b, uint(n)) })
		for _, c := range all[:n-1] {
			c.line(t)
		}
	}
	for _, c := range all {
		c.finish(t)
	}
	done(t, us.FreeBarrier(b), us.UnsetLock(lock), us.FreeLock(lock, a))
	wantClean(t, a)
	done(t, us.Detach(a))
}

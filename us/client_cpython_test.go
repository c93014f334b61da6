package us_test

import (
	"errors"
	"fmt"
	"os"
	"testing"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/us"
)

// CPython's threads on IRIX demand the return values of uscsetlock, settings that
// are read by setting and restoring them, and a main thread that sets the same
// lock twice on purpose: it waits at the end until the last thread, a process of
// its own, unsets it.

func init() {
	arenatest.Register("python-thread", func(args []string) error {
		a := must(arena.Inherit())
		count, wait, running := lockAt(a, args[0]), lockAt(a, args[1]), num(args[2])
		if ok := must(us.CSetLock(wait, 1)); ok {
			return errors.New("uscsetlock got the lock that the main thread holds")
		}
		say("runs")
		hear()
		check(us.SetLock(count))
		n := a.Bytes(running, 1)
		n[0]--
		last := n[0] == 0
		check(us.UnsetLock(count))
		if last {
			check(us.UnsetLock(wait)) // of the main thread's lock
		}
		return us.Detach(a)
	})
}

func TestClientCPython(t *testing.T) {
	const threads = 3
	size := with(t, us.CONF_INITSIZE, 64*1024)
	need(us.Config(us.CONF_INITSIZE, size))(t)
	need(us.Config(us.CONF_ATTACHADDR, ^uint64(0)))(t)
	with(t, us.CONF_INITUSERS, 16)
	with(t, us.CONF_ARENATYPE, us.US_SHAREDONLY)
	with(t, us.CONF_LOCKTYPE, us.US_DEBUG)
	a := mustInit(t, arenatest.Name(t))
	need(us.Config(us.CONF_ATTACHADDR, ^uint64(0)))(t)
	count, wait := need(us.NewLock(a))(t), need(us.NewLock(a))(t)
	done(t, us.InitLock(count), us.InitLock(wait))
	if n := need(us.Config(us.CONF_GETSIZE, a))(t); n != size {
		t.Errorf("size %d, not %d", n, size)
	}

	// A lock of the interpreter's, as PyThread_allocate_lock and its kin use it.
	own := need(us.NewLock(a))(t)
	done(t, us.InitLock(own))
	got(t, "acquire", true)(us.CSetLock(own, 1))
	got(t, "acquire again", false)(us.CSetLock(own, 1))
	done(t, us.UnsetLock(own), us.SetLock(own), us.UnsetLock(own), us.FreeLock(own, a))

	done(t, us.SetLock(wait))
	running := need(us.Calloc(1, 1, a))(t)
	a.Bytes(running, 1)[0] = threads
	var all []*child
	for range threads {
		c := sproc(t, a, "python-thread", count.Offset(), wait.Offset(), running)
		c.line(t)
		all = append(all, c)
	}
	var d us.LockDebug
	done(t, us.CtlLock(wait, us.CL_DEBUGFETCH, &d))
	if d.OwnerPid != os.Getpid() {
		t.Errorf("owner %d", d.OwnerPid)
	}
	done(t, us.CtlLock(wait, us.CL_METERRESET))
	exits := make(chan error, 1)
	go func() {
		err := us.SetLock(wait)
		if n := a.Bytes(running, 1)[0]; n != 0 {
			err = errors.Join(err, fmt.Errorf("set the lock that it holds while %d threads run", n))
		}
		exits <- err
	}()
	until(t, "the main thread waits for itself", func() bool {
		var m us.LockMeter
		done(t, us.CtlLock(wait, us.CL_METERFETCH, &m))
		return m.Tries == 0 // from -1
	})
	for _, c := range all {
		c.finish(t)
	}
	within(t, "the main thread", func() error { return <-exits })
	done(t, us.UnsetLock(wait))
}

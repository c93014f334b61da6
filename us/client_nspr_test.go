//go:build linux

package us_test

import (
	"errors"
	"os"
	"strconv"
	"syscall"
	"testing"
	"time"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/sync"
	"usarena/us"
)

// NSPR, the base of Mozilla, demands waits with a time limit: P on a pollable
// semaphore, poll(2) with a timeout, and after a timeout poll again, never P. Its
// settings come from the environment, and where an arena is full (ENOMEM) it opens
// one more and keeps a list of arenas.

// nspr is the list of arenas.
type nspr struct{ arenas []*arena.Arena }

func (n *nspr) open() error {
	a, err := us.Init("/dev/zero")
	if err == nil {
		n.arenas = append(n.arenas, a)
	}
	return err
}

// newLock makes a lock in the first arena that has room.
func (n *nspr) newLock() (*sync.Lock, error) {
	for {
		for _, a := range n.arenas {
			l, err := us.NewLock(a)
			if !errors.Is(err, syscall.ENOMEM) {
				return l, err
			}
		}
		if err := n.open(); err != nil {
			return nil, err
		}
	}
}

// setting is a number from the environment, or else the default.
func setting(name string, def int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return def
}

func init() {
	arenatest.Register("nspr-thread", func(args []string) error {
		a := must(arena.Inherit())
		sem := pollAt(a, args[0])
		must(us.OpenPollSema(sem, 0o666)) // everybody opens it, also who only wakes
		say("runs")
		for hear() != "" {
			check(us.VSema(sem))
			say("woke it")
		}
		return errors.Join(us.ClosePollSema(sem), us.Detach(a))
	})
}

func TestClientNSPR(t *testing.T) {
	t.Setenv("USARENA_TEST_INITSIZE", "65536")
	with(t, us.CONF_INITUSERS, setting("USARENA_TEST_INITUSERS", 100))
	with(t, us.CONF_INITSIZE, setting("USARENA_TEST_INITSIZE", 4<<20))
	with(t, us.CONF_AUTOGROW, 1)
	with(t, us.CONF_AUTORESV, 1)
	with(t, us.CONF_ARENATYPE, us.US_SHAREDONLY)
	n := &nspr{}
	done(t, n.open())
	defer func() {
		for _, a := range n.arenas {
			wantClean(t, a)
			done(t, us.Detach(a))
		}
	}()
	a := n.arenas[0]
	for range 3 {
		l := need(us.NewLock(a))(t)
		got(t, "a new lock", true)(us.CSetLock(l, 1))
		got(t, "it again", false)(us.CSetLock(l, 1))
		done(t, us.UnsetLock(l))
	}
	need(us.NewSema(a, 0))(t)

	// _PR_MD_WAIT with a timeout, and the wake-up by another thread.
	sem := need(us.NewPollSema(a, 0))(t)
	fd := need(us.OpenPollSema(sem, 0o666))(t)
	c := sproc(t, a, "nspr-thread", sem.Offset())
	c.line(t)
	for range 3 {
		got(t, "P of none", false)(us.PPollSema(sem))
		for range 2 {
			if readable(t, fd, 5*time.Millisecond) {
				t.Fatal("woken by nobody")
			}
		}
		c.tell(t, "wake")
		if !readable(t, fd, arenatest.Patience) {
			t.Fatal("not woken")
		}
		c.line(t)
	}
	// Woken before it waits.
	c.tell(t, "wake")
	c.line(t)
	got(t, "P of one", true)(us.PPollSema(sem))
	if readable(t, fd, 0) {
		t.Error("readable after a P that got its unit")
	}
	c.finish(t)
	done(t, us.ClosePollSema(sem), us.FreePollSema(sem, a))
}

// On IRIX an arena never grows: CONF_AUTOGROW 0.
func TestClientNSPRManyArenas(t *testing.T) {
	with(t, us.CONF_AUTOGROW, 0)
	with(t, us.CONF_ARENATYPE, us.US_SHAREDONLY)
	n := &nspr{}
	done(t, n.open())
	var locks []*sync.Lock
	for len(n.arenas) < 3 {
		l := need(n.newLock())(t)
		done(t, us.SetLock(l))
		if locks = append(locks, l); len(locks) > 30_000 {
			t.Fatal("64 KiB are never full")
		}
	}
	for _, l := range locks {
		got(t, "held", true)(us.TestLock(l))
		done(t, us.UnsetLock(l))
	}
	for _, a := range n.arenas {
		wantClean(t, a)
		done(t, us.Detach(a))
	}
}

package us_test

import (
	"errors"
	"testing"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/sync"
	"usarena/us"
)

// Karma's packet library demands uscsetlock(,1) as a detector of recursive use,
// which says no to the process that holds the lock, and waits with as few as five
// spins.

var errRecursive = errors.New("recursive use")

// packet runs f unless the packet is in use by anybody.
func packet(l *sync.Lock, f func() error) error {
	if ok, err := us.CSetLock(l, 1); err != nil || !ok {
		return errors.Join(errRecursive, err)
	}
	return errors.Join(f(), us.UnsetLock(l))
}

func init() {
	arenatest.Register("karma", func(args []string) error {
		a := must(arena.Inherit())
		l, pool := lockAt(a, args[0]), lockAt(a, args[1])
		say(errors.Is(packet(l, func() error { return nil }), errRecursive))
		check(us.WSetLock(pool, 5), us.UnsetLock(pool))
		return us.Detach(a)
	})
}

func TestClientKarma(t *testing.T) {
	a := mustInit(t, "/dev/zero")
	l, pool := need(us.NewLock(a))(t), need(us.NewLock(a))(t)
	done(t, us.WSetLock(pool, 5))
	done(t, packet(l, func() error {
		wantError(t, "inside itself", packet(l, func() error { return nil }), errRecursive)
		c := sproc(t, a, "karma", l.Offset(), pool.Offset())
		if s := c.line(t); s != "true" {
			t.Errorf("inside another process's: %s", s)
		}
		done(t, us.UnsetLock(pool))
		c.finish(t)
		return nil
	}))
	done(t, packet(l, func() error { return nil }))
}

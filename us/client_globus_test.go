//go:build linux

package us_test

import (
	"errors"
	"syscall"
	"testing"
	"time"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/sync"
	"usarena/us"
)

// Globus's condition variables demand that a thread opens its own pollable
// semaphore anew for each timed wait, and finds the one descriptor there is.

func init() {
	arenatest.Register("globus-signal", func(args []string) error {
		a := must(arena.Inherit())
		waiting, own := semaAt(a, args[0]), pollAt(a, args[1])
		must(us.OpenPollSema(own, 0o700))
		for hear() != "" {
			check(us.PSema(waiting), us.VSema(own)) // one that has enqueued itself
		}
		return errors.Join(us.ClosePollSema(own), us.Detach(a))
	})
}

func TestClientGlobus(t *testing.T) {
	a := mustInit(t, "/dev/zero")
	waiting, own := need(us.NewSema(a, 0))(t), need(us.NewPollSema(a, 0))(t)
	c := sproc(t, a, "globus-signal", waiting.Offset(), own.Offset())
	first := -1
	for round := range 5 {
		fd := need(us.OpenPollSema(own, 0o700))(t)
		if first < 0 {
			first = fd
		} else if fd != first {
			t.Fatalf("wait %d: descriptor %d, not %d", round, fd, first)
		}
		wantError(t, "P", us.PSema(own), sync.ErrQueued)
		if readable(t, fd, 2*time.Millisecond) {
			t.Fatalf("wait %d: signalled by nobody", round)
		}
		done(t, us.VSema(waiting))
		c.tell(t, "signal")
		if !readable(t, fd, arenatest.Patience) {
			t.Fatalf("wait %d: no signal", round)
		}
	}
	c.finish(t)
	done(t, us.ClosePollSema(own))
	wantError(t, "the one descriptor is closed", us.ClosePollSema(own), syscall.EBADF)
	done(t, us.FreePollSema(own, a))
}

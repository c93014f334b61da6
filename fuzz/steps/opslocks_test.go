//go:build linux && amd64

package steps

import "usarena/arena"

// things are the objects of a start state.
type things struct {
	Lock, Sema, Barrier, RWLock arena.Offset
}

// aftermath is an arena in which the hand has died and was recovered.
type aftermath struct {
	a      *arena.Arena
	things things
	alive  bool // the survivor lives
}

func lockOps() []*operation { return nil }

package sync

import (
	"usarena/arena"
)

// noCopy makes vet report copies of what contains it.
type noCopy struct{}

func (*noCopy) Lock()   {}
func (*noCopy) Unlock() {}

// enter begins a call on an arena's objects; the caller leaves the table.
func enter(a *arena.Arena, op string) (*space, error) {
	s, err := spaceOf(a)
	if err != nil {
		return nil, err
	}
	return s, s.t.Enter(op)
}

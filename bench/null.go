package bench

import (
	"context"

	"usarena/arena"
)

// null allocates nothing: it gives out one block over and over. Its calls are
// not inlined, so that its loops pay for them as the real ones do.
type null struct {
	a *arena.Arena
	p arena.Offset
}

// newNull gives out a real block of 64 bytes of a.
func newNull(a *arena.Arena) (*null, error) {
	p, err := a.Malloc(64)
	return &null{a, p}, err
}

//go:noinline
func (n *null) malloc(uint64) (arena.Offset, error) { return n.p, nil }

//go:noinline
func (n *null) free(arena.Offset) error { return nil }

// nullLock keeps nobody out.
type nullLock struct{}

//go:noinline
func (*nullLock) Lock(context.Context) error { return nil }

//go:noinline
func (*nullLock) Unlock() error { return nil }

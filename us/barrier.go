package us

import (
	"context"
	"math"

	"usarena/arena"
	"usarena/internal/errs"
	"usarena/sync"
)

// NewBarrier makes a barrier. A full arena is arena.ErrNoSpace, that is ENOSPC,
// and ENOMEM as well. IRIX: new_barrier.
func NewBarrier(a *arena.Arena) (*sync.Barrier, error) {
	if err := given("new barrier", a); err != nil {
		return nil, err
	}
	b, err := sync.NewBarrier(a)
	return b, full(err)
}

// BarrierAt is the barrier at off, as LockAt.
func BarrierAt(a *arena.Arena, off arena.Offset) (*sync.Barrier, error) {
	if err := given("barrier at", a); err != nil {
		return nil, err
	}
	return sync.BarrierAt(a, off)
}

// InitBarrier makes the barrier as new. Parties that wait get sync.ErrBroken, and
// a broken barrier can be used again. IRIX: init_barrier.
func InitBarrier(b *sync.Barrier) error { return b.Reset() }

// Barrier waits until n parties have come, then all go on. n may differ from one
// use to the next, and there is no limit of 256. It sleeps where IRIX spins.
// sync.ErrBroken when a process that has used the barrier dies; arena.ErrInvalid
// for n of 0 or beyond 32 bits. IRIX: barrier.
func Barrier(b *sync.Barrier, n uint) error {
	if uint64(n) > math.MaxUint32 {
		return errs.Wrap(errs.Invalid, "barrier", "barrier at %#x: of %d parties", b.Offset(), n)
	}
	return b.Wait(context.Background(), uint32(n))
}

// FreeBarrier frees the barrier; it knows its arena. IRIX: free_barrier.
func FreeBarrier(b *sync.Barrier) error { return b.Free() }

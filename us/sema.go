package us

import (
	"context"

	"usarena/arena"
	"usarena/sync"
)

// Semaphore is what IRIX calls usema_t: one that blocks, which NewSema makes, or a
// pollable one, which NewPollSema makes. Functions for both take either without
// further ado: PSema(s) with a *sync.Sema is a func(*sync.Sema) error.
type Semaphore interface {
	*sync.Sema | *sync.PollSema
}

// NewSema makes a semaphore of val free units, 0 to 30000: arena.ErrInvalid
// otherwise. It is neither metered nor recursive, and takes part in the arena's
// history while that is on. A full arena is arena.ErrNoSpace, that is ENOSPC, and
// ENOMEM as well. What a process has taken is lost with it when it dies, as on
// IRIX; sync.NewSema has an option for that. IRIX: usnewsema.
func NewSema(a *arena.Arena, val int) (*sync.Sema, error) {
	if err := given("new sema", a); err != nil {
		return nil, err
	}
	s, err := sync.NewSema(a, val)
	return s, full(err)
}

// SemaAt is the semaphore at off, as LockAt.
func SemaAt(a *arena.Arena, off arena.Offset) (*sync.Sema, error) {
	if err := given("sema at", a); err != nil {
		return nil, err
	}
	return sync.SemaAt(a, off)
}

// InitSema makes the semaphore as new, with val units, 0 to 29999: arena.ErrInvalid
// otherwise. Metering, debugging, recursion and history are off. Nobody may use it
// meanwhile; who waits goes on waiting. IRIX: usinitsema.
func InitSema(s *sync.Sema, val int) error { return s.Init(val) }

// FreeSema frees the semaphore. a is its arena, as for FreeLock. IRIX: usfreesema.
func FreeSema(s *sync.Sema, a *arena.Arena) error {
	if err := belongs("free sema", s, a, sync.SemaAt); err != nil {
		return err
	}
	return s.Free()
}

// PSema takes a unit. One that blocks waits for it as long as it takes. A pollable
// one never waits: without a unit the process is queued, which is sync.ErrQueued,
// and its descriptor tells when it has one; see PPollSema. IRIX: uspsema.
func PSema[S Semaphore](s S) error {
	if p, ok := any(s).(*sync.PollSema); ok {
		taken, err := PPollSema(p)
		if err == nil && !taken {
			err = queued{p.Offset()}
		}
		return err
	}
	return any(s).(*sync.Sema).P(context.Background())
}

// CPSema takes a unit if one is free. It never waits and queues nobody. IRIX:
// uscpsema, 1 and 0.
func CPSema[S Semaphore](s S) (bool, error) {
	if p, ok := any(s).(*sync.PollSema); ok {
		return p.TryP()
	}
	return any(s).(*sync.Sema).TryP()
}

// VSema gives a unit and wakes one that waits. A process need not have opened a
// pollable semaphore for it. IRIX: usvsema.
func VSema[S Semaphore](s S) error {
	if p, ok := any(s).(*sync.PollSema); ok {
		return p.V()
	}
	return any(s).(*sync.Sema).V()
}

// TestSema is the number of free units or, below zero, of those that wait, at this
// moment. IRIX: ustestsema.
func TestSema[S Semaphore](s S) (int, error) {
	if p, ok := any(s).(*sync.PollSema); ok {
		return p.Value()
	}
	return any(s).(*sync.Sema).Value()
}

//go:build linux && amd64

package steps

import (
	"context"
	"errors"
	"fmt"

	"usarena/arena"
	"usarena/sync"
)

// things are the objects of a start state.
type things struct {
	Lock, Sema, Barrier, RWLock, Condition arena.Offset
}

// units is the value of the semaphore, which undoes what the dead have taken.
const units = 3

// handles are a process's ways to them.
type handles struct {
	lock    *sync.Lock
	sema    *sync.Sema
	barrier *sync.Barrier
	rwlock  *sync.RWLock
	cond    *sync.Condition
}

func (x things) in(a *arena.Arena) (h handles, err error) {
	if h.lock, err = sync.LockAt(a, x.Lock); err != nil {
		return h, err
	}
	if h.sema, err = sync.SemaAt(a, x.Sema); err != nil {
		return h, err
	}
	if h.barrier, err = sync.BarrierAt(a, x.Barrier); err != nil {
		return h, err
	}
	if h.rwlock, err = sync.RWLockAt(a, x.RWLock); err != nil {
		return h, err
	}
	h.cond, err = sync.ConditionAt(a, x.Condition)
	return h, err
}

// makeThings makes them.
func makeThings(a *arena.Arena) (x things) {
	x.Lock = must(sync.NewLock(a)).Offset()
	x.Sema = must(sync.NewSema(a, units, sync.Undo)).Offset()
	x.Barrier = must(sync.NewBarrier(a)).Offset()
	x.RWLock = must(sync.NewRWLock(a)).Offset()
	x.Condition = must(sync.NewCondition(a)).Offset()
	return x
}

// held turns what a taker is told of a dead owner into no error.
func held(err error) error {
	if sync.Held(err) {
		return nil
	}
	return err
}

// take is held, for a hand that repairs what the dead left.
func take(err error, recovered func() error) error {
	if errors.Is(err, sync.ErrOwnerDied) {
		return recovered()
	}
	return err
}

var background = context.Background()

// impatient is over when it was asked so many times.
type impatient struct {
	context.Context
	left int
}

func (c *impatient) Err() error {
	if c.left--; c.left < 0 {
		return context.DeadlineExceeded
	}
	return nil
}

// locking is an operation on a lock or its kin. before brings the hand where it
// must be; others is what the survivor does meanwhile, now and then.
func locking(name, others string, before, do func(x handles) error) *operation {
	return &operation{
		name: name, kind: heap, before: 3, things: true, after: (*aftermath).lockable,
		setup: func(h *hand, n *needs) error {
			x := must(h.things.in(h.a))
			h.keep = x
			if h.r.IntN(2) == 0 || others == "wait at barrier" {
				n.Do = others
			}
			if before == nil {
				return nil
			}
			return before(x)
		},
		aim: func(h *hand) (call, aim, error) {
			x := h.keep.(handles)
			return func() (arena.Offset, error) { return 0, do(x) }, aim{}, nil
		},
	}
}

func lockOps() []*operation {
	lock := func(x handles) error { return held(x.lock.Lock(background)) }
	p := func(x handles) error { return x.sema.P(background) }
	rlock := func(x handles) error { return held(x.rwlock.RLock(background)) }
	wlock := func(x handles) error { return held(x.rwlock.Lock(background)) }
	takes := func(x handles) error { return take(x.lock.Lock(background), x.lock.Recovered) }
	writes := func(x handles) error { return take(x.rwlock.Lock(background), x.rwlock.Recovered) }
	return []*operation{
		locking("lock", "", nil, lock),
		locking("unlock", "wait for lock", takes, func(x handles) error { return x.lock.Unlock() }),
		locking("P", "take unit", nil, p),
		locking("V", "wait for unit", func(x handles) error {
			for {
				if ok, err := x.sema.TryP(); !ok || err != nil {
					return err
				}
			}
		}, func(x handles) error { return x.sema.V() }),
		locking("barrier wait", "wait at barrier", nil, func(x handles) error { return x.barrier.Wait(background, 2) }),
		locking("read lock", "read", nil, rlock),
		locking("read unlock", "wait for readers", rlock, func(x handles) error { return x.rwlock.RUnlock() }),
		locking("write lock", "", nil, wlock),
		locking("write unlock", "wait to write", writes, func(x handles) error { return x.rwlock.Unlock() }),
		locking("signal", "wait for signal", nil, func(x handles) error { return x.cond.Signal() }),
		locking("broadcast", "wait for signal", nil, func(x handles) error { return x.cond.Broadcast() }),
		locking("condition wait", "wait for lock", takes, func(x handles) error {
			err := x.cond.Wait(&impatient{background, 2}, x.lock)
			if errors.Is(err, context.DeadlineExceeded) {
				return nil
			}
			return held(err)
		}),
		{
			name: "free lock", kind: heap, before: 3, things: true, after: (*aftermath).lockable,
			setup: func(h *hand, n *needs) error { h.keep = must(sync.NewLock(h.a)); return nil },
			aim: func(h *hand) (call, aim, error) {
				return func() (arena.Offset, error) { return 0, h.keep.(*sync.Lock).Free() }, aim{}, nil
			},
		},
		{
			name: "new lock", kind: heap, before: 3, things: true, after: (*aftermath).lockable,
			aim: func(h *hand) (call, aim, error) {
				return func() (arena.Offset, error) { _, err := sync.NewLock(h.a); return 0, err }, aim{}, nil
			},
		},
	}
}

// aftermath is an arena in which the hand has died and was recovered.
type aftermath struct {
	a      *arena.Arena
	things things
	alive  bool   // the survivor lives
	does   string // and does this
}

// lockable takes everything that must be free now, and gives it back.
func (x *aftermath) lockable() error {
	h, err := x.things.in(x.a)
	if err != nil {
		return err
	}
	if ok, err := h.lock.TryLock(0); !ok || !sync.Held(err) {
		return fmt.Errorf("the lock cannot be had: %v", err)
	} else if err != nil {
		if err := h.lock.Recovered(); err != nil {
			return err
		}
	}
	if err := h.lock.Unlock(); err != nil {
		return err
	}
	want := units
	if x.alive && x.does == "take unit" {
		want--
	}
	if n, err := h.sema.Value(); err != nil || n != want {
		return fmt.Errorf("the semaphore has %d units (%v), want %d", n, err, want)
	}
	if err := x.writable(h.rwlock); err != nil {
		return err
	}
	if err := h.barrier.Reset(); err != nil {
		return err
	}
	return h.barrier.Wait(background, 1)
}

// writable is lockable for the reader-writer lock.
func (x *aftermath) writable(l *sync.RWLock) error {
	if x.alive && x.does == "wait for readers" {
		return nil // the survivor has it, but for these
	}
	reads := x.alive && x.does == "read"
	ok, err := l.TryLock()
	switch {
	case ok && reads:
		return fmt.Errorf("a lock that the survivor reads could be had for writing")
	case reads:
		return nil
	case !ok || !sync.Held(err):
		return fmt.Errorf("the lock cannot be had for writing: %v", err)
	}
	if err != nil {
		if err := l.Recovered(); err != nil {
			return err
		}
	}
	return l.Unlock()
}

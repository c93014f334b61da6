package us

import (
	"context"
	"errors"
	"runtime"

	"usarena/arena"
	"usarena/info"
	"usarena/sync"
)

// NewLock makes a lock, free. In an arena whose lock type is US_DEBUG or
// US_DEBUGPLUS it is metered. While CONF_ROBUST is 0 its owner keeps it when it
// exits, as on IRIX; otherwise the next one takes it over and is told. A full
// arena is arena.ErrNoSpace, that is ENOSPC, and ENOMEM as well. IRIX: usnewlock.
func NewLock(a *arena.Arena) (*sync.Lock, error) {
	if err := given("new lock", a); err != nil {
		return nil, err
	}
	mk := sync.NewLock
	if kept() {
		mk = sync.NewKeptLock
	}
	l, err := mk(a)
	return l, full(err)
}

// LockAt is the lock at off, which another process passed on: what on IRIX is the
// address itself. arena.ErrNotAllocated, sync.ErrWrongObject.
func LockAt(a *arena.Arena, off arena.Offset) (*sync.Lock, error) {
	if err := given("lock at", a); err != nil {
		return nil, err
	}
	return sync.LockAt(a, off)
}

// InitLock makes the lock as new: free, nothing counted. Nobody may use it
// meanwhile. IRIX: usinitlock.
func InitLock(l *sync.Lock) error { return l.Init() }

// FreeLock frees the lock, also one that is held. a is the lock's arena:
// arena.ErrInvalid or arena.ErrNotAllocated otherwise, and nothing changes. IRIX:
// usfreelock.
func FreeLock(l *sync.Lock, a *arena.Arena) error {
	if err := belongs("free lock", l, a, sync.LockAt); err != nil {
		return err
	}
	return l.Free()
}

// SetLock takes the lock and waits for it as long as it takes; a process that
// holds it already waits too, until another goroutine or process unlocks it.
// sync.ErrOwnerDied says that the lock IS held and that its last owner died
// inside; see sync.Held. IRIX: ussetlock, 1.
func SetLock(l *sync.Lock) error { return l.Lock(context.Background()) }

// CSetLock takes the lock if one of at most spins tries finds it free. 0 spins
// are one try; it never sleeps. (true, sync.ErrOwnerDied): held, as with SetLock.
// IRIX: uscsetlock, 1 and 0.
func CSetLock(l *sync.Lock, spins uint) (bool, error) {
	if spins > spinsAtOnce {
		lookOut(l, spins-spinsAtOnce)
		spins = spinsAtOnce
	}
	return l.TryLock(int(max(spins, 1)) - 1)
}

// WSetLock is SetLock that looks at most spins times before it sleeps. IRIX:
// uswsetlock.
func WSetLock(l *sync.Lock, spins uint) error {
	lookOut(l, spins)
	return l.Lock(context.Background())
}

// TestLock says whether anybody holds the lock, at this moment. IRIX: ustestlock.
func TestLock(l *sync.Lock) (bool, error) { return l.Test() }

// UnsetLock gives the lock up and wakes one that waits. As on IRIX it does not ask
// who holds it: one process may set a lock and another unset it, and unsetting a
// lock that is free is harmless. That its last owner died is forgotten. IRIX:
// usunsetlock.
func UnsetLock(l *sync.Lock) error {
	if err := l.Release(); !errors.Is(err, sync.ErrNotLocked) {
		return err
	}
	return nil
}

// spinsAtOnce is how often a lock is looked at between two looks at its owner.
const spinsAtOnce = 10_000

// lookOut looks at a lock until it is free, at most spins times; from time to time
// it also looks whether the owner is dead. It takes nothing, so that the call which
// does is counted as one try.
func lookOut(l *sync.Lock, spins uint) {
	for i := range spins {
		if held, err := l.Test(); !held || err != nil {
			return
		}
		if i%spinsAtOnce != spinsAtOnce-1 {
			continue
		}
		if u, ok := l.Owner(); !ok || u.State == info.StateDead {
			return
		}
		runtime.Gosched()
	}
}

package sync

import (
	"context"
	gosync "sync"

	"usarena/arena"
	"usarena/internal/errs"
	"usarena/internal/fault"
	"usarena/internal/futex"
	"usarena/internal/layout"
	"usarena/internal/robust"
)

// RWLock is a lock that one writer or any number of readers hold, in all
// processes of an arena. Neither side starves the other: a writer that waits
// keeps new readers out, so a goroutine must not read-lock it twice. A process
// owns what it holds, not a goroutine. Readers that die are subtracted; of a
// writer that died everybody is told (ErrOwnerDied) until Recovered. A *RWLock is
// this process's handle; it must not be copied. IRIX has none.
type RWLock struct {
	_ noCopy
	m mutex // of writers; the handle's record too

	mu      gosync.Mutex
	readers int // goroutines of this process; the slot's bit is set while there are any
	race    raceMark
}

// NewRWLock makes a reader-writer lock, free, in the arena. It belongs to the
// arena and stays until Free. ErrNoSpace when the arena is full.
func NewRWLock(a *arena.Arena) (*RWLock, error) {
	return plainObject(a, "new rwlock", layout.RWLockObject, rwFrom)
}

// RWLockAt is the lock at off, in any process. ErrNotAllocated, ErrWrongObject.
func RWLockAt(a *arena.Arena, off arena.Offset) (*RWLock, error) {
	return objectAt(a, "rwlock at", off, layout.RWLockObject, rwFrom)
}

func rwFrom(s *space, r robust.Record, head layout.ObjectHead) *RWLock {
	return handleOf(s, r, head, func() *RWLock {
		return &RWLock{m: mutex{s: s, word: &r.Lock, late: &r.Flags, off: r.Off, r: r, head: head}}
	})
}

// Lock takes the lock for writing. ErrOwnerDied: a writer died holding it; the
// caller HOLDS it, repairs, and calls Recovered. Without the lock:
// ErrNotRecoverable, ErrClosed, the context's error.
func (l *RWLock) Lock(ctx context.Context) (err error) {
	const op = "lock"
	t := l.m.s.t
	if err := t.Enter(op); err != nil {
		return err
	}
	defer t.End(op, &err, fault.Arm())
	if err := l.m.alive(op); err != nil {
		return err
	}
	died, _, err := l.m.acquire(ctx, op, layout.Waiting)
	if err != nil {
		return err
	}
	if err := l.drain(ctx, op); err != nil {
		if died {
			t.Restore(l.m.word) // as we found it
		} else {
			t.Give(l.m.word, op, l.m.off)
		}
		l.m.told()
		return err
	}
	l.race.acquire()
	if died {
		return ownerDied(op, t, l.m.off)
	}
	return nil
}

// drain waits until nobody reads. The caller holds the word, so no reader
// begins, and nobody else drains.
func (l *RWLock) drain(ctx context.Context, op string) error {
	if l.empty() { // model: X1
		return nil
	}
	if l.m.spin.run(func() (bool, bool) { return l.empty(), false }) {
		return nil
	}
	t, r := l.m.s.t, l.m.r
	t.WaitBegins(l.m.off, layout.WaitingDrain)
	defer t.WaitEnds(l.m.off, layout.WaitingDrain)
	robust.Sleeps(r)
	defer robust.Woke(r)
	if ctx.Done() != nil {
		defer context.AfterFunc(ctx, func() { futex.Wake(&r.Event, futex.All) })()
	}
	for {
		if err := l.m.over(ctx, op); err != nil {
			return err
		}
		event := r.Event.Load()
		if l.empty() {
			return nil
		}
		if !futex.Wait(&r.Event, event, quantum) && r.Event.Load() == event {
			l.bury()
			t.Tend()
		}
	}
}

// empty says that nobody reads.
func (l *RWLock) empty() bool {
	for i := 0; ; i++ {
		w := l.m.r.Bits(i)
		if w == nil || i > l.m.s.t.Users()/64 {
			return true
		}
		if w.Load() != 0 {
			return false
		}
	}
}

// bury clears the bits of readers that are gone. The byte of the slot is claimed
// meanwhile: nobody else can come into it whose bit that would be.
func (l *RWLock) bury() {
	t := l.m.s.t
	for slot := 1; slot <= t.Users(); slot++ {
		w := l.m.r.Bits(slot / 64)
		if w == nil || w.Load()>>(slot%64)&1 == 0 || slot == t.Slot() || !t.GoneNow(slot) {
			continue
		}
		if release, ok := t.Claim(slot); ok {
			robust.ClearBit(l.m.r, slot) // model: X2
			release()
		}
	}
}

// TryLock takes the lock for writing if it is free. It never waits. (true,
// ErrOwnerDied) for a lock whose writer died.
func (l *RWLock) TryLock() (_ bool, err error) {
	const op = "try lock"
	t, err := l.m.begin(op)
	if err != nil {
		return false, err
	}
	defer t.End(op, &err, fault.Arm())
	taken, died, err := l.try(op)
	if !taken || err != nil {
		return false, err
	}
	if !l.empty() {
		l.bury()
	}
	if !l.empty() {
		if died {
			t.Restore(l.m.word)
		} else {
			t.Give(l.m.word, op, l.m.off)
		}
		l.m.told()
		return false, nil
	}
	l.race.acquire()
	if died {
		return true, ownerDied(op, t, l.m.off)
	}
	return true, nil
}

// try takes the word if nobody holds it who lives.
func (l *RWLock) try(op string) (taken, died bool, err error) {
	t := l.m.s.t
	taken, died, seen := t.Take(l.m.word, 0)
	switch {
	case layout.LockLost(seen):
		return false, false, t.Lost(op, l.m.off)
	case !taken && l.m.mayAsk() && t.Steal(l.m.word, seen):
		return true, true, nil
	}
	return taken, died, nil
}

// Unlock ends writing. Errors as Lock.Unlock.
func (l *RWLock) Unlock() (err error) {
	const op = "unlock"
	l.race.release()
	t := l.m.s.t
	if err := t.Enter(op); err != nil {
		return err
	}
	defer t.End(op, &err, fault.Arm())
	if err := l.m.alive(op); err != nil {
		return err
	}
	return l.m.release(op)
}

// Recovered says that what a dead writer left half done is repaired. The caller
// holds the lock for writing. ErrNotOwner, ErrNotLocked.
func (l *RWLock) Recovered() (err error) {
	const op = "recovered"
	t, err := l.m.begin(op)
	if err != nil {
		return err
	}
	defer t.End(op, &err, fault.Arm())
	return t.Consistent(l.m.word, op, l.m.off)
}

// Free frees the lock. Who still uses it, in any process, uses what is made in
// its place. ErrNotAllocated if it was freed already.
func (l *RWLock) Free() (err error) {
	const op = "free rwlock"
	t, err := l.m.begin(op)
	if err != nil {
		return err
	}
	defer t.End(op, &err, fault.Arm())
	if err := t.Free(op, l.m.r, l.m.head); err != nil {
		return err
	}
	l.m.freed.Store(true)
	l.m.gate.tellAll()
	return nil
}

// Offset is where the lock is, for RWLockAt in any process.
func (l *RWLock) Offset() arena.Offset { return l.m.off }

// shut wakes this process's waiters, because the arena closes.
func (l *RWLock) shut() {
	l.m.shut()
	futex.Wake(&l.m.r.Event, futex.All)
}

func (l *RWLock) notReading(op string) error {
	return errs.Wrap(errs.NotLocked, op, "%s: nobody of this process reads under the rwlock at %#x", l.m.s.t.Name(), l.m.off)
}

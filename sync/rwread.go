package sync

import (
	"context"

	"usarena/internal/fault"
	"usarena/internal/futex"
	"usarena/internal/layout"
	"usarena/internal/robust"
)

// RLock takes the lock for reading. ErrOwnerDied: a writer died holding it and
// nobody has repaired since; the caller HOLDS it for reading, of something that
// may be half written. Without the lock: ErrNotRecoverable, ErrClosed, the
// context's error.
func (l *RWLock) RLock(ctx context.Context) (err error) {
	const op = "read lock"
	t := l.m.s.t
	if err := t.Enter(op); err != nil {
		return err
	}
	defer t.End(op, &err, fault.Arm())
	if err := l.m.alive(op); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil { // a done context never acquires
		return interrupted(op, t, l.m.off, err)
	}
	if l.readFast() {
		l.race.acquire()
		return nil
	}
	died, _, err := l.m.acquire(ctx, op, layout.WaitingRead) // model: Y3
	if err != nil {
		return err
	}
	return l.readAsWriter(op, died)
}

// TryRLock takes the lock for reading if nobody writes. It never waits. (true,
// ErrOwnerDied) as RLock.
func (l *RWLock) TryRLock() (_ bool, err error) {
	const op = "try read lock"
	t := l.m.s.t
	if err := t.Enter(op); err != nil {
		return false, err
	}
	defer t.End(op, &err, fault.Arm())
	if err := l.m.alive(op); err != nil {
		return false, err
	}
	if l.readFast() {
		l.race.acquire()
		return true, nil
	}
	taken, died, err := l.try(op)
	if !taken || err != nil {
		return false, err
	}
	err = l.readAsWriter(op, died)
	return true, err
}

// readFast begins to read if no writer holds or wants the lock.
func (l *RWLock) readFast() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := l.m.r
	if l.readers == 0 {
		robust.SetBit(r, l.m.s.t.Slot()) // model: Y1
	}
	if r.Lock.Load()&^layout.LockWaiters == layout.LockFree { // model: Y2
		l.readers++
		return true
	}
	if l.readers == 0 {
		l.unset()
	}
	return false
}

// readAsWriter begins to read under the word, which nobody else can hold then,
// and lets it go. died stays in the word for the next one.
func (l *RWLock) readAsWriter(op string, died bool) error {
	t := l.m.s.t
	l.readsMore()
	t.Restore(l.m.word)
	l.m.told()
	l.race.acquire()
	if died {
		return ownerDied(op, t, l.m.off)
	}
	return nil
}

// readsMore counts a reader of this process.
func (l *RWLock) readsMore() {
	l.mu.Lock()
	defer l.mu.Unlock() // also when the arena faults
	if l.readers++; l.readers == 1 {
		robust.SetBit(l.m.r, l.m.s.t.Slot())
	}
}

// RUnlock ends reading. ErrNotLocked if nobody of this process reads.
func (l *RWLock) RUnlock() (err error) {
	const op = "read unlock"
	l.race.release()
	t := l.m.s.t
	if err := t.Enter(op); err != nil {
		return err
	}
	defer t.End(op, &err, fault.Arm())
	if err := l.m.alive(op); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.readers == 0 {
		return l.notReading(op)
	}
	if l.readers--; l.readers == 0 {
		l.unset()
	}
	return nil
}

// unset clears the bit of this slot and wakes a writer that waits for that. l.mu
// is held.
func (l *RWLock) unset() {
	robust.ClearBit(l.m.r, l.m.s.t.Slot()) // model: Y4
	robust.Wake(l.m.r, futex.All)          // model: Y5
}

package robust

import (
	"sync/atomic"

	"usarena/internal/errs"
	"usarena/internal/futex"
	"usarena/internal/layout"
)

// Try takes a free lock for me (a layout.LockWord). It never waits.
func Try(word *atomic.Uint32, me uint32) bool {
	return word.Load() == layout.LockFree && word.CompareAndSwap(layout.LockFree, me)
}

// TryDead takes a lock whose holder has died. What the holder was doing is half
// done: the caller repairs before it goes on. A crash between the two leaves the
// lock with a dead holder again. The holder's byte is held meanwhile: somebody who
// attaches to its slot recovers it under its own name, and then the lock's word
// looks as if nobody had touched it yet.
func TryDead(word *atomic.Uint32, me uint32, o Oracle) bool {
	w := word.Load()
	if w == layout.LockFree || w == me || !o.Dead(layout.LockSlot(w)) {
		return false
	}
	release, ok := o.Claim(layout.LockSlot(w)) // model: A17
	if !ok {
		return false
	}
	defer release()
	return word.CompareAndSwap(w, me) // model: A18
}

// Release frees a lock held by the caller.
func Release(word *atomic.Uint32) { word.Store(layout.LockFree) }

// Take takes a lock that is free, with what its word says about waiters and the
// last owner's death. waiters is set as well if the caller has slept: others may
// sleep on. Not taken, seen is the word that is in the way.
func (t *Table) Take(word *atomic.Uint32, waiters uint32) (taken, died bool, seen uint32) {
	for {
		w := word.Load()
		if w&layout.LockOwner != 0 {
			return false, false, w
		}
		next := t.me | w&(layout.LockInconsistent|layout.LockWaiters) | waiters
		if word.CompareAndSwap(w, next) { // model: L2
			return true, w&layout.LockInconsistent != 0, next
		}
	}
}

// Steal takes a lock from an owner that is gone: seen, as it stands in the word.
// Nothing of the owner's but the word is touched. True: the caller holds it, and
// what it protects is half done.
func (t *Table) Steal(word *atomic.Uint32, seen uint32) bool {
	if seen&layout.LockOwner == 0 || layout.LockLost(seen) || !t.Gone(layout.LockSlot(seen), layout.LockGen(seen)) {
		return false
	}
	return word.CompareAndSwap(seen, t.me|layout.LockInconsistent|layout.LockWaiters) // model: L3
}

// Mine says that a lock word names this user.
func (t *Table) Mine(w uint32) bool { return w&layout.LockOwner == t.me }

// Me is the lock word of this user.
func (t *Table) Me() uint32 { return t.me }

// Give frees a lock that this user holds and wakes a sleeper. Where the owner
// before it died and nobody called the lock recovered, it is lost for all.
// errs.NotOwner, errs.NotLocked and errs.NotRecoverable change nothing.
func (t *Table) Give(word *atomic.Uint32, op string, off layout.Offset) error {
	for {
		w := word.Load()
		if err := t.notMine(w, op, off); err != nil {
			return err
		}
		next := layout.LockFree
		if w&layout.LockInconsistent != 0 {
			next = layout.LockDead
		}
		if word.CompareAndSwap(w, next) { // model: U2
			wakeAfter(word, w, next)
			return nil
		}
	}
}

// GiveAny is Give for whoever holds the lock: the owner that it sees, and none
// that comes after. errs.NotLocked, errs.NotRecoverable.
func (t *Table) GiveAny(word *atomic.Uint32, op string, off layout.Offset) error {
	for first := word.Load(); ; {
		w := word.Load()
		switch {
		case layout.LockLost(w):
			return t.Lost(op, off)
		case w&layout.LockOwner == 0 || w&layout.LockOwner != first&layout.LockOwner:
			return errs.Wrap(errs.NotLocked, op, "%s: lock at %#x", t.region.Name, off)
		}
		next := layout.LockFree
		if w&layout.LockInconsistent != 0 {
			next = layout.LockDead
		}
		if word.CompareAndSwap(w, next) {
			wakeAfter(word, w, next)
			return nil
		}
	}
}

// Restore frees a lock that the caller holds and leaves it as inconsistent as it
// was: readers pass through it.
func (t *Table) Restore(word *atomic.Uint32) {
	for {
		w := word.Load()
		if !t.Mine(w) {
			return
		}
		next := w & layout.LockInconsistent
		if word.CompareAndSwap(w, next) {
			wakeAfter(word, w, next)
			return
		}
	}
}

func wakeAfter(word *atomic.Uint32, was, is uint32) {
	if was&layout.LockWaiters == 0 {
		return
	}
	n := 1
	if layout.LockLost(is) {
		n = futex.All // they all give up
	}
	futex.Wake(word, n) // model: U3
}

// Consistent says that what an owner's death left half done is repaired.
func (t *Table) Consistent(word *atomic.Uint32, op string, off layout.Offset) error {
	for {
		w := word.Load()
		if err := t.notMine(w, op, off); err != nil {
			return err
		}
		if word.CompareAndSwap(w, w&^layout.LockInconsistent) {
			return nil
		}
	}
}

func (t *Table) notMine(w uint32, op string, off layout.Offset) error {
	switch {
	case layout.LockLost(w):
		return t.Lost(op, off)
	case w&layout.LockOwner == 0:
		return errs.Wrap(errs.NotLocked, op, "%s: lock at %#x", t.region.Name, off)
	case !t.Mine(w):
		return errs.Wrap(errs.NotOwner, op, "%s: lock at %#x is held by user %d, this is user %d", t.region.Name, off, layout.LockSlot(w), t.slot)
	}
	return nil
}

// Lost is the error of a lock that is not recoverable.
func (t *Table) Lost(op string, off layout.Offset) error {
	return errs.Wrap(errs.NotRecoverable, op, "%s: lock at %#x was unlocked after an owner's death without Recovered; free it and make a new one", t.region.Name, off)
}

// Abandon marks a lock of a user that is gone as free with a dead owner, and
// wakes whoever may take it. It is what recovery does.
func Abandon(word *atomic.Uint32, slot int) bool {
	for {
		w := word.Load()
		if w&layout.LockOwner == 0 || layout.LockLost(w) || layout.LockSlot(w) != slot {
			return false
		}
		if word.CompareAndSwap(w, layout.LockInconsistent|w&layout.LockWaiters) {
			futex.Wake(word, 1)
			return true
		}
	}
}

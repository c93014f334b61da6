package robust

import (
	"sync/atomic"

	"usarena/internal/layout"
)

// Oracle answers for the users of one arena.
type Oracle interface {
	// Dead reports that nobody holds slot's byte: its user, if the slot names
	// one, has died. A stopped process is not dead. When in doubt: false.
	Dead(slot int) bool
	// Claim takes the byte of a dead user's slot, so that only the caller may
	// repair it; release gives it back. The kernel gives it back if we die.
	Claim(slot int) (release func(), ok bool)
}

// Nobody is the oracle of memory that has no kernel lock: no one ever dies.
type Nobody struct{}

// Dead is always false.
func (Nobody) Dead(int) bool { return false }

// Claim always fails.
func (Nobody) Claim(int) (func(), bool) { return nil, false }

// Try takes a free lock for me (a layout.LockWord). It never waits.
func Try(word *atomic.Uint32, me uint32) bool {
	return word.Load() == layout.LockFree && word.CompareAndSwap(layout.LockFree, me)
}

// TryDead takes a lock whose holder has died. What the holder was doing is half
// done: the caller repairs before it goes on. A crash between the two leaves the
// lock with a dead holder again.
func TryDead(word *atomic.Uint32, me uint32, o Oracle) bool {
	w := word.Load()
	if w == layout.LockFree || w == me {
		return false
	}
	return o.Dead(layout.LockSlot(w)) && word.CompareAndSwap(w, me)
}

// Release frees a lock held by the caller.
func Release(word *atomic.Uint32) { word.Store(layout.LockFree) }

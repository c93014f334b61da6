package arena

import (
	"iter"

	"usarena/info"
)

// Orphans walks the blocks that dead users still had: who had one, as far as is
// still known (Slot and Gen, with State "dead"), and its offset; BlockSize tells
// its size. Users that died are recovered first. A block stays told until Free or
// Keep settles it, also when others use the rest of its span meanwhile. Blocks
// that are just being freed by an operation on a cell are left out. Two who settle
// orphans at the same time must agree who takes which. With ReclaimOnDeath there
// are none, but for a moment those in spans that others own. It panics with
// ErrClosed. Not in IRIX, where nothing was known.
func (a *Arena) Orphans() iter.Seq2[info.User, Offset] {
	return func(yield func(info.User, Offset) bool) {
		const op = "orphans"
		a.mustGuard(op, func() {
			if a.slot != 0 {
				a.recoverDead()
			}
		})
		a.walk(op, func() iter.Seq[info.Block] { return info.OrphansOf(a.region) }, func(b info.Block) bool {
			return yield(info.User{Slot: b.Slot, Gen: b.Gen, State: info.StateDead}, b.Offset)
		})
	}
}

// Keep makes the orphan at p an ordinary block of the arena, which later deaths do
// not touch: link it where others find it first. ErrInvalid if the block is no
// orphan, ErrNotAllocated and ErrDoubleFree as Free.
func (a *Arena) Keep(p Offset) error {
	if a.heap == nil {
		return a.refusal
	}
	return a.heap.Keep(p)
}

// walk runs over blocks inside the gate, and f outside of it, so that it may do
// anything with the arena. Close ends the walk. It guards its own steps, and not f.
func (a *Arena) walk(op string, blocks func() iter.Seq[info.Block], f func(info.Block) bool) {
	a.mustEnter(op)
	inside := true
	defer func() {
		if inside {
			a.gate.leave()
		}
	}()
	for b := range blocks() {
		a.gate.leave()
		inside = false
		if !f(b) {
			return
		}
		if inside = a.gate.enter(); !inside {
			break
		}
	}
	if err := a.region.Lost(op); err != nil && !a.done.Load() {
		panic(err)
	}
}

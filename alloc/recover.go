package alloc

import (
	"sync/atomic"

	"usarena/internal/layout"
	"usarena/internal/region"
	"usarena/internal/robust"
)

// Recovered is what a recovery found of a dead user's.
type Recovered struct {
	Spans  int    // spans disowned
	Large  int    // large blocks left behind
	Locks  int    // region locks taken over
	Blocks uint64 // blocks left behind, large ones included
	Bytes  uint64 // their bytes
	Freed  uint64 // bytes that became free

	Objects []uint64 // pages at which runs of objects begin, of anybody's; as ObjectRuns
}

// RecoverUser takes over the pages of the dead user in slot. The caller holds
// the slot's byte, so nobody else recovers it and its process is gone; me is the
// caller's own lock word. With reclaim the dead user's blocks are freed, else
// they are marked as left behind. Every step can be done twice: killed in the
// middle, the next one starts again.
func RecoverUser(r *region.Region, slot int, gen uint16, o robust.Oracle, me uint32, reclaim bool) Recovered {
	h := Attach(Attachment{Region: r, Slot: slot, Gen: gen, Oracle: o})
	h.me = me
	var rec Recovered
	rec.Locks = h.takeLocks(slot)
	for p, n := uint64(0), h.refresh(); p < n; p++ {
		s := r.Load(p) // model: S27
		switch {
		case holdsObjects(s, n-p):
			rec.Objects = append(rec.Objects, p)
		case s.Kind() == layout.Span && s.Slot() == slot && s.Class() < layout.Classes:
			h.recoverSpan(p, s, reclaim, &rec)
		case s.Kind() == layout.Large && s.Slot() == slot:
			h.recoverLarge(p, reclaim, &rec)
		}
	}
	return rec
}

// recoverLarge marks or frees the large block at p for as long as it is the dead
// user's. Survivors may free or resize it meanwhile, and what they allocate there
// is theirs.
func (h *Heap) recoverLarge(p uint64, reclaim bool, rec *Recovered) {
	for {
		s := h.r.Load(p) // model: R42
		if s.Kind() != layout.Large || s.Slot() != h.slot || s&layout.Orphaned != 0 || !h.fits(p, s.Len()) {
			return
		}
		to := s | layout.Orphaned
		if reclaim {
			to = layout.PendingRun(s.Len())
		}
		if !h.cas(p, s, to) { // model: R43
			continue
		}
		bytes := s.Len() << layout.PageShift
		if reclaim {
			h.freed(p, s.Len())
			rec.Freed += bytes
			return
		}
		rec.Large++
		rec.Blocks++
		rec.Bytes += bytes
		return
	}
}

// recoverSpan finishes what the dead user was doing in a span, marks or frees its
// blocks and disowns the span. A span that it had given up and that nobody has
// adopted since is taken back first. In a mixed span nobody can tell its blocks
// from those of the living: there they stay, as blocks of the arena.
func (h *Heap) recoverSpan(p uint64, s layout.State, reclaim bool, rec *Recovered) {
	c := s.Class()
	if s&layout.Owned == 0 {
		if s.Gen() != h.gen || s&(layout.Mixed|layout.Orphaned) != 0 {
			return
		}
		if s = h.adopt(p, s); s == 0 { // model: S28
			return // somebody else's now, and mixed
		}
	} else {
		h.collect(p, c)
		rec.Spans++
	}
	d := s.Disowned()
	if s&layout.Mixed == 0 && h.markBlocks(p, c, reclaim, rec) {
		d |= layout.Orphaned
	}
	if h.empty(p, c) { // model: S15
		h.release(p, s) // model: S24
	} else if h.cas(p, s, d) { // model: S23
		h.settle(p, d)
	}
}

// markBlocks frees the live blocks of a dead user's span, or marks them as left
// behind and says whether there are any.
func (h *Heap) markBlocks(p uint64, c int, reclaim bool, rec *Recovered) (orphans bool) {
	b, size := h.bitsAt(p), uint64(layout.ClassTable[c].Size)
	for w := 0; w < words(c); w++ {
		live := loadBits(&b.A[w&3]) &^ loadBits(&b.R[w&3]) & wordMask(c, w) // model: S21
		n := onesCount(live)
		if reclaim {
			atomic.OrUint64(&b.R[w&3], live) // model: S29
			rec.Freed += n * size
			continue
		}
		atomic.StoreUint64(&b.O[w&3], live) // model: S22
		rec.Blocks += n
		rec.Bytes += n * size
		orphans = orphans || live != 0
	}
	return orphans
}

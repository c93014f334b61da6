package alloc

import (
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
	h.finishLanes()
	var rec Recovered
	rec.Locks = h.takeLocks(slot)
	used := uint64(0)
	for p, n := uint64(0), h.refresh(); p < n; p++ {
		s := r.Load(p) // model: S27
		switch {
		case holdsObjects(s, n-p):
			rec.Objects = append(rec.Objects, p)
		case s.Kind() == layout.Span && s.Class() < layout.Classes && uint64(layout.ClassTable[s.Class()].Pages) <= n-p:
			h.recoverSpan(p, s, reclaim, &rec)
		case s.Kind() == layout.Large && s.Slot() == slot:
			h.recoverLarge(p, reclaim, &rec)
		}
		used += h.usedAt(p)
	}
	// What the dead user's heaps remembered had counted as used.
	r.Header().UsedPages.Store(int64(min(used, r.Committed())))
	return rec
}

// usedAt is how many pages the word of page p keeps in use.
func (h *Heap) usedAt(p uint64) uint64 {
	switch s := h.r.Load(p); {
	case s.Kind() == layout.Large && h.fits(p, s.Len()):
		return s.Len()
	case s.Kind() == layout.Span && s.Class() < layout.Classes:
		return uint64(layout.ClassTable[s.Class()].Pages)
	}
	return 0
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

// recoverSpan finishes what the dead user was doing in a span, marks its blocks
// as left behind or frees them, and disowns the span. A span that it had given up
// untagged is taken back first. In a span of somebody else's, or one that is
// tagged, its entry says which blocks are its own: there the entry is marked.
func (h *Heap) recoverSpan(p uint64, s layout.State, reclaim bool, rec *Recovered) {
	c, tagged := s.Class(), s&layout.Tagged != 0
	switch mine := s.Slot() == h.slot && s.Gen() == h.gen; {
	case mine && s&layout.Owned != 0:
		h.collect(p, c, tagged)
		rec.Spans++
	case tagged:
		h.recoverTenant(p, s, reclaim, rec)
		return
	case !mine || s&layout.Orphaned != 0: // somebody else's, or done before
		return
	default:
		if s = h.adopt(p, s); s == 0 { // model: S28
			return
		}
	}
	if reclaim && !tagged {
		h.freeAll(p, c, rec)
	}
	if h.empty(p, c) { // model: S15
		h.release(p, s) // model: S24
		return
	}
	d := s.Disowned()
	if h.tag(p, c, tagged) {
		d |= layout.Tagged
		h.markEntry(p, c, reclaim, rec)
		if reclaim {
			h.reclaim(p, c, h.r.Tenants(p))
		}
	} else if !tagged {
		d |= layout.Orphaned
	}
	if h.cas(p, s, d) { // model: S23
		h.settle(p, d)
	}
}

// recoverTenant marks the dead user's entry in a span that others may use
// meanwhile. What is to be freed there is freed by whoever owns the span: only an
// owner can tell a block from a later one in its place.
func (h *Heap) recoverTenant(p uint64, s layout.State, reclaim bool, rec *Recovered) {
	if h.markEntry(p, s.Class(), reclaim, rec) && reclaim {
		h.settle(p, h.r.Load(p)) // looked at after the mark: who gives it up looks at the mark after that
	}
}

// markEntry says in a tagged span that this user has died, if it has an entry
// there. It reports whether it has.
func (h *Heap) markEntry(p uint64, c int, reclaim bool, rec *Recovered) bool {
	t := h.r.Tenants(p)
	i := h.seat(t)
	if i == 0 {
		return false
	}
	flags := layout.TenantDead
	if reclaim {
		flags |= layout.TenantReclaim
	}
	for e := t.Entry(i); ; {
		was := e.Load()
		if was&^layout.TenantFlags != h.tenant() {
			return false // its blocks have gone, and somebody else has taken it
		}
		if was&flags == flags || e.CompareAndSwap(was, was|flags) { // model: S21
			break
		}
	}
	n, size, b := uint64(0), uint64(layout.ClassTable[c].Size), h.bitsAt(p)
	for w := range words(c) {
		n += onesCount(ofTenant(t, w, liveBits(b, c, w)&^loadBits(&b[w&3].K), i))
	}
	if reclaim {
		rec.Freed += n * size
	} else {
		rec.Blocks += n
		rec.Bytes += n * size
	}
	return true
}

// freeAll frees all blocks of a dead user's span.
func (h *Heap) freeAll(p uint64, c int, rec *Recovered) {
	b, size := h.bitsAt(p), uint64(layout.ClassTable[c].Size)
	for w := range words(c) {
		live := liveBits(b, c, w)
		orBits(&b[w&3].R, live) // model: S22
		rec.Freed += onesCount(live) * size
	}
}

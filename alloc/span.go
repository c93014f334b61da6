package alloc

import (
	"sync/atomic"

	"usarena/internal/layout"
)

// bitsAt is the record of page's bits. The page is below limit.
func (h *Heap) bitsAt(page uint64) *layout.Bits { return h.r.Bits(page) }

func loadBits(p *uint64) uint64 { return atomic.LoadUint64(p) }

// setHint notes at which index the owner keeps a span.
func (h *Heap) setHint(page, i uint64) { atomic.StoreUint64(&h.bitsAt(page)[0].Hint, i) }

// collect takes back the blocks that others returned to a span that the caller
// owns. The order matters: killed between the steps, a block is free and merely
// not yet usable again. It reports whether there were any.
func (h *Heap) collect(page uint64, c int, tagged bool) bool {
	b := h.bitsAt(page)
	any := false
	if tagged {
		h.reclaim(page, c, h.r.Tenants(page))
	}
	for w := 0; w < words(c); w++ {
		t := loadBits(&b[w&3].R) // model: S11
		if t == 0 {
			continue
		}
		any = true
		atomic.StoreUint64(&b[w&3].A, loadBits(&b[w&3].A)&^t) // model: S12
		if tagged {
			h.r.Tenants(page).Set(w, t, 0) // model: S36
		}
		if k := loadBits(&b[w&3].K) & t; k != 0 {
			h.settleDrops(page, c, w, k)
			atomic.AndUint64(&b[w&3].K, ^t) // model: S13
		}
		atomic.AndUint64(&b[w&3].R, ^t) // model: S14
	}
	return any
}

// liveBits are the live blocks of word w.
func liveBits(b *layout.Bits, c, w int) uint64 {
	return loadBits(&b[w&3].A) &^ loadBits(&b[w&3].R) & wordMask(c, w)
}

// empty reports that no block of the span is live.
func (h *Heap) empty(page uint64, c int) bool { return h.live(page, c) == 0 }

// live is the first word with a live block's bits, or 0.
func (h *Heap) live(page uint64, c int) uint64 {
	b := h.bitsAt(page)
	for w := 0; w < words(c); w++ {
		if l := liveBits(b, c, w); l != 0 {
			return l
		}
	}
	return 0
}

// full reports that no block of the span can be given out.
func (h *Heap) full(page uint64, c int) bool {
	b := h.bitsAt(page)
	for w := 0; w < words(c); w++ {
		if liveBits(b, c, w) != wordMask(c, w) {
			return false
		}
	}
	return true
}

// disown gives up a span that the caller owns and nobody else of this process
// uses: as free pages if it is empty, else for anyone to adopt. Where its blocks
// cannot be tagged, because the file system is full, only this user can adopt it
// again. The caller is not pinned, or the span is empty.
func (h *Heap) disown(page uint64, c int, tagged bool) {
	h.collect(page, c, tagged)
	s := h.r.Load(page)
	if s.Kind() != layout.Span || s&layout.Owned == 0 || s.Slot() != h.slot || s.Gen() != h.gen || s.Class() != c || s&layout.Tagged != 0 != tagged {
		return // damaged: leave it to the checker
	}
	if h.empty(page, c) { // model: S15
		h.release(page, s)
		return
	}
	d := s.Disowned()
	if h.tag(page, c, tagged) {
		d |= layout.Tagged
	}
	if h.cas(page, s, d) { // model: S17
		h.settle(page, d)
	}
}

// settle looks once more at a span that has just been disowned or freed into:
// an empty one is adopted and becomes free pages, as one with blocks of the dead
// to be freed is to free them, and one with room is listed. A free
// that came in between did not see it disowned; one that comes now does this
// itself. Only an owner makes free pages of a span: a word that looks as it did
// when its bits were read does not prove that they still are as they were.
func (h *Heap) settle(page uint64, s layout.State) {
	for s.Kind() == layout.Span && s&layout.Owned == 0 && s.Class() < layout.Classes {
		c := s.Class()
		if (h.empty(page, c) || h.reclaimable(page, c, s)) && h.mayAdopt(s) { // model: S9
			if a := h.adopt(page, s); a != 0 { // model: S10
				h.disown(page, c, a&layout.Tagged != 0)
				return
			}
		} else if s&layout.Room != 0 || h.full(page, c) {
			h.listed(page, c, s)
			return
		} else if h.cas(page, s, s|layout.Room) {
			h.listed(page, c, s|layout.Room)
			return
		}
		s = h.r.Load(page)
	}
}

// listed marks the region of a disowned span with room, and notices it.
func (h *Heap) listed(page uint64, c int, s layout.State) {
	if s&layout.Room == 0 {
		return
	}
	h.noticed[c].add(page)
	m := &h.r.Lock(page >> h.r.Geo.RegionShift).Partial[c>>6&1]
	if bit := uint64(1) << (c & 63); m.Load()&bit == 0 {
		m.Or(bit)
	}
}

// release turns an empty span into free pages. Only its owner does.
func (h *Heap) release(page uint64, s layout.State) bool {
	b, c := h.bitsAt(page), s.Class()
	for w := range words(c) {
		if k := loadBits(&b[w&3].K) & loadBits(&b[w&3].R); k != 0 { // returned since the collect
			h.settleDrops(page, c, w, k)
		}
	}
	n := uint64(layout.ClassTable[s.Class()].Pages)
	if !h.cas(page, s, layout.PendingRun(n)) { // model: S16 R29
		return false
	}
	h.freed(page, n)
	return true
}

// mayAdopt says whether this user can have a disowned span. One that is not tagged
// is for its last owner; when that is gone for good, and issues nothing there any
// more, for anybody who finds it empty.
func (h *Heap) mayAdopt(s layout.State) bool {
	mine := s.Slot() == h.slot && s.Gen() == h.gen
	return s&layout.Tagged != 0 || mine && s&layout.Orphaned == 0 || h.gone(s.Slot(), s.Gen())
}

// adopt takes a disowned span into the caller's hand. The result is its state,
// 0 if somebody else was faster or this user cannot have it.
func (h *Heap) adopt(page uint64, s layout.State) layout.State {
	c := s.Class()
	mine := s.Slot() == h.slot && s.Gen() == h.gen
	if !h.mayAdopt(s) || s&layout.Tagged == 0 && !mine && !h.empty(page, c) {
		return 0
	}
	a := s.AdoptedBy(layout.InHand, h.slot, h.gen)
	if !h.cas(page, s, a) { // model: S18
		return 0
	}
	h.collect(page, c, a&layout.Tagged != 0)
	to := a
	switch {
	case h.empty(page, c):
		to &^= layout.Tagged | layout.Orphaned // model: S25
	case a&layout.Tagged == 0 && !mine: // damage
		to = s
	case a&layout.Tagged == 0:
	case h.budget > 0 && h.sole(page, c, h.r.Tenants(page)):
		to &^= layout.Tagged // model: S37
	case !h.takeSeat(page, c):
		to = a.Disowned() // model: S38
	}
	// Nobody else changes an owner's word, so this fails only on damage.
	if to != a && !h.cas(page, a, to) {
		return 0
	}
	if to&layout.Owned == 0 {
		if to != s {
			h.settle(page, to) // who freed the last block meanwhile saw an owner
		}
		return 0
	}
	return to
}

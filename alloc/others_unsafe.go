package alloc

import (
	"sync/atomic"
	"unsafe"

	"usarena/internal/fault"
	"usarena/internal/layout"
)

// freeElse frees a block that is none of the small ones of ph's spans, and leaves ph:
// another heap's or a large one. What is anything else is left to freeSlow, which
// says what it is.
func (h *Heap) freeElse(ph *procHeap, off uint64) error {
	rel := off - h.dataOff
	page := rel >> layout.PageShift
	if page >= uint64(h.limit.Load()) || !h.r.Whole() {
		h.leave(ph)
		return h.freeSlow(off)
	}
	s := h.r.Load(page)
	if s.Kind() == layout.Back && s.Distance() <= page {
		page -= s.Distance()
		s = h.r.Load(page)
	}
	freed, settle := false, false
	switch s.Kind() {
	case layout.Span:
		if freed = h.freeOthers(ph, page, s, rel-page<<layout.PageShift); freed {
			s = h.r.Load(page) // model: S8
			settle = s.Kind() == layout.Span && s&layout.Owned == 0
		}
	case layout.Large:
		freed = h.stashAway(ph, off, page)
	}
	h.leave(ph)
	if !freed {
		return h.freeSlow(off)
	}
	if settle {
		h.settleFreed(page, s)
	}
	return nil
}

// freeOthers frees the small block that begins in bytes behind its span's first, whose
// word is s, as anyone but its owner does: by OR. A is looked at before, so that a
// refused free changes nothing. Runs entered, by any heap.
func (h *Heap) freeOthers(ph *procHeap, page uint64, s layout.State, in uint64) bool {
	c := s.Class()
	if c >= layout.Classes {
		return false
	}
	k := &classes[c]
	i := in * uint64(k.magic) >> layout.MagicShift
	if i >= uint64(k.blocks) || i*k.size != in {
		return false
	}
	w := (*layout.BitWord)(unsafe.Add(h.bits, page*layout.BitsSize+(i>>6&3)*layout.BitWordSize))
	bit := uint64(1) << (i & 63)
	if loadBits(&w.A)&bit == 0 || loadBits(&w.R)&bit != 0 { // model: S5 S6
		return false
	}
	ph.used = 1
	return atomic.OrUint64(&w.R, bit)&bit == 0 // model: S7, commit
}

// settleFreed settles a span that had no owner when a block of it was freed. If that
// is not to be had any more, whoever sweeps does it, as for the dead.
func (h *Heap) settleFreed(page uint64, s layout.State) {
	if h.begin("free") == nil {
		defer h.end("free", nil, fault.Arm())
		h.settle(page, s)
	}
}

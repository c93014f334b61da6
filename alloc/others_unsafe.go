package alloc

import (
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
	var disowned layout.State
	freed := false
	switch s.Kind() {
	case layout.Span:
		if i, ok := blockAt(s.Class(), rel-page<<layout.PageShift); ok {
			if b := h.bitOf(page, i); b.live() {
				ph.used = 1
				disowned, freed = h.giveBack(page, b)
			}
		}
	case layout.Large:
		freed = h.stashAway(ph, off, page)
	}
	h.leave(ph)
	if !freed {
		return h.freeSlow(off)
	}
	if disowned != 0 {
		h.settleFreed(page, disowned)
	}
	return nil
}

// bitOf is where the bits of block i of the span at page are.
func (h *Heap) bitOf(page, i uint64) bitOf {
	w := unsafe.Add(h.bits, page*layout.BitsSize+(i>>6&3)*layout.BitWordSize)
	return bitOf{(*layout.BitWord)(w), 1 << (i & 63)}
}

// settleFreed settles a span that had no owner when a block of it was freed. If that
// is not to be had any more, whoever sweeps does it, as for the dead.
func (h *Heap) settleFreed(page uint64, s layout.State) {
	if h.begin("free") == nil {
		defer h.end("free", nil, fault.Arm())
		h.settle(page, s)
	}
}

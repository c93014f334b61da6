package alloc

import (
	"sync/atomic"

	"usarena/internal/fault"
	"usarena/internal/layout"
)

// freeSlow is Free for blocks of other heaps and large blocks.
func (h *Heap) freeSlow(off uint64) (err error) {
	if off == 0 {
		return nil
	}
	if err := h.begin("free"); err != nil {
		return err
	}
	defer h.end("free", &err, fault.Arm())
	if uint64(h.limit.Load()) < h.r.Visible() {
		h.refresh()
	}
	if err := h.free("free", off); err != nil {
		return err
	}
	if h.slowFrees.Add(1)%freesAlone == 0 {
		h.stashes() // who only frees has no heap yet, in which a free takes a quarter of the time
	}
	return nil
}

// freesAlone is how many slow frees are worth a heap.
const freesAlone = 64

// free frees a block by what its words say. Slow call.
func (h *Heap) free(op string, off uint64) error {
	b, err := h.find(op, off)
	if err != nil {
		return err
	}
	h.options.beforeFree(h, off, b.size)
	if b.large {
		if !h.freeLarge(b.page, b.state) {
			return h.doubleFree(op, off)
		}
		return nil
	}
	if !h.giveBackSettled(b) {
		return h.doubleFree(op, off)
	}
	return nil
}

// giveBack frees a small block of the span at page that has just been seen live, by
// OR: the way of anyone but its owner. A has been looked at before, so that a refused
// free changes nothing. If the span has no owner it is to be settled: its word, else
// 0. False: somebody else freed the block first.
func (h *Heap) giveBack(page uint64, b bitOf) (disowned layout.State, ok bool) {
	if atomic.OrUint64(&b.word.R, b.bit)&b.bit != 0 { // model: S7, commit
		return 0, false
	}
	if s := h.r.Load(page); s.Kind() == layout.Span && s&layout.Owned == 0 { // model: S8
		return s, true
	}
	return 0, true
}

// giveBackSettled is giveBack for slow calls.
func (h *Heap) giveBackSettled(b block) bool {
	s, ok := h.giveBack(b.page, b.bitOf)
	if s != 0 {
		h.settle(b.page, s)
	}
	return ok
}

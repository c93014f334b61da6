package alloc

import (
	"math/bits"
	"unsafe"

	"usarena/internal/layout"
)

// reallocOwn is Realloc where the block is small, in a span of the caller's heap,
// and stays where it is or moves into one that is at hand. 0: Realloc must do it.
func (h *Heap) reallocOwn(off, n uint64) (to uint64) {
	rel := off - h.dataOff
	page := rel >> layout.PageShift
	if page >= uint64(h.limit.Load()) || n > layout.MaxSmall {
		return 0
	}
	ph := h.mark(pin())
	if ph != nil {
		to = h.reallocIn(ph, rel, page, n)
	}
	h.leave(ph)
	return to
}

// reallocIn is the part of reallocOwn that runs entered.
func (h *Heap) reallocIn(ph *procHeap, rel, page, n uint64) (to uint64) {
	k := h.known.look(page)
	c, into := k.class(), layout.ClassOf(n)
	if !k.in(ph.known) || c >= layout.Classes || into >= layout.Classes {
		return 0
	}
	page -= k.back()
	in := uint32(rel - page<<layout.PageShift)
	ch := &ph.cls[c]
	i := uint32(uint64(in) * uint64(ch.magic) >> layout.MagicShift)
	if i >= ch.blocks || i*uint32(ch.size) != in {
		return 0
	}
	at := page*(64*layout.BitWords) + uint64(i)&255
	w := (*layout.BitWord)(unsafe.Add(h.bits, at>>6*layout.BitWordSize))
	bit := uint64(1) << (i & 63)
	if loadA(&w.A)&^loadA(&w.R)&bit == 0 { // model: S3
		return 0
	}
	if fitsSmall(ch.size, n) {
		return rel + h.dataOff
	}
	size := min(ch.size, n)
	if size > moveMost {
		return 0
	}
	// A block that was just freed where this one was would be taken up and down the
	// classes again and again, and the spans behind never fill.
	if to = h.inOrder(&ph.cls[into], into); to == 0 {
		return 0
	}
	ph.used = 1
	copy(unsafe.Slice((*byte)(unsafe.Add(h.data, to-h.dataOff)), size), unsafe.Slice((*byte)(unsafe.Add(h.data, rel)), size))
	a := loadA(&w.A)
	storeA(&w.A, a&^bit) // model: S4, commit
	ch.heat(at, rel+h.dataOff)
	if w == ch.active {
		ch.again |= bit
	} else {
		h.freedAside(ph, c, k.index(), page, a == bit)
	}
	return to
}

// atHand allocates a block as Malloc does, 0 if none is at hand. Malloc has it
// written out: a call more is 6 % of W2 and W3. Runs entered.
func (h *Heap) atHand(ch *classHeap, c int) (off uint64) {
	if i := ch.hots - 1; i < uint64(len(ch.hot)) {
		ch.hots = i
		e := &ch.hot[i]
		w, bit := (*layout.BitWord)(unsafe.Add(h.bits, e.at>>6*layout.BitWordSize)), uint64(1)<<(e.at&63)
		if a := loadA(&w.A); (a|loadA(&w.R))&bit == 0 { // model: S1
			storeA(&w.A, a|bit) // model: S2, commit
			if w == ch.active {
				ch.avail &^= bit
			}
			return e.off
		}
	}
	return h.inOrder(ch, c)
}

// inOrder allocates the next block of the active word, 0 if none is at hand. Runs
// entered.
func (h *Heap) inOrder(ch *classHeap, c int) (off uint64) {
	m := ch.avail
	if m == 0 {
		if m = h.next(ch, c); m == 0 {
			return 0
		}
	}
	ch.avail = m & (m - 1)
	storeA(&ch.active.A, loadA(&ch.active.A)|m&-m) // model: S2, commit
	return ch.base + uint64(bits.TrailingZeros64(m))*ch.size
}

// moveMost is the largest block, in bytes, that is copied while pinned.
const moveMost = 512

// freedAside is told of a block that was freed into a word that is not the active
// one; last says that the word has no other. Runs entered.
func (h *Heap) freedAside(ph *procHeap, c, at int, page uint64, last bool) {
	ph.cls[c].enqueue(at)
	if last {
		h.emptied(ph, c, at, page)
	}
}

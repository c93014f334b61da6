package alloc

import (
	"math/bits"
	"unsafe"

	"usarena/internal/layout"
)

// Malloc allocates n bytes and gives their offset, a multiple of 16; of the page
// size from 32 KiB on. 0 bytes are a block of their own that must be freed. The
// content is undefined. If this process dies the block stays allocated and is
// told as an orphan. ErrNoSpace, ErrClosed. IRIX: usmalloc.
func (h *Heap) Malloc(n uint64) (uint64, error) {
	if n > layout.MaxSmall {
		return h.mallocBig(n)
	}
	ph := h.mark(pin())
	if ph == nil {
		return h.mallocElse(ph, n)
	}
	ch := ph.class(layout.ClassOf(n))
	if i := ch.hots - 1; i < uint64(len(ch.hot)) { // what was freed last is still in the cache
		ch.hots = i
		e := &ch.hot[i]
		w, bit, off := (*layout.BitWord)(unsafe.Add(h.bits, e.at>>6*layout.BitWordSize)), uint64(1)<<(e.at&63), e.off
		if a := loadA(&w.A); (a|loadA(&w.R))&bit == 0 { // model: S1
			storeA(&w.A, a|bit) // model: S2, commit
			if w == ch.active {
				ch.avail &^= bit
			}
			ph.used = 1
			ph.leave()
			return off, nil
		}
	}
	if m := ch.avail; m != 0 {
		ch.avail = m & (m - 1)
		a := &ch.active.A
		off := ch.base + uint64(bits.TrailingZeros64(m))*ch.size
		storeA(a, loadA(a)|m&-m) // model: S2, commit
		ph.used = 1
		ph.leave()
		return off, nil
	}
	return h.mallocNext(ph, ch, n)
}

// mallocNext goes on with a heap whose active word is used up, and leaves it.
func (h *Heap) mallocNext(ph *procHeap, ch *classHeap, n uint64) (uint64, error) {
	m := ch.freedSince()
	if m == 0 {
		if m = h.next(ch, layout.ClassOf(n)); m == 0 {
			return h.mallocElse(ph, n)
		}
	}
	ch.avail = m & (m - 1)
	off := ch.base + uint64(bits.TrailingZeros64(m))*ch.size
	storeA(&ch.active.A, loadA(&ch.active.A)|m&-m) // model: S2, commit
	ph.used = 1
	ph.leave()
	return off, nil
}

// mallocElse leaves a heap that has no block at hand.
func (h *Heap) mallocElse(ph *procHeap, n uint64) (uint64, error) {
	h.leave(ph)
	return h.mallocSlow(n)
}

// class is what the heap holds of class c, which comes from the table of classes and
// is not compared with how many there are.
func (ph *procHeap) class(c int) *classHeap {
	return (*classHeap)(unsafe.Add(unsafe.Pointer(&ph.cls), uintptr(c)*unsafe.Sizeof(classHeap{})))
}

// zeroMost is the largest block, in bytes, that is zeroed while pinned.
const zeroMost = 512

// TryCalloc is Calloc for n bytes where that takes no more than Malloc's fast path
// and some stores. 0: it does, and Calloc must do it.
func (h *Heap) TryCalloc(n uint64) (off uint64) {
	if n > zeroMost {
		return 0
	}
	c := layout.ClassOf(n)
	ph := h.mark(pin())
	if ph != nil {
		ch := ph.class(c)
		if off = h.atHand(ch, c); off != 0 {
			p := unsafe.Add(h.data, off-h.dataOff)
			for i := uint64(0); i < ch.size; i += 8 {
				*(*uint64)(unsafe.Add(p, i)) = 0
			}
			ph.used = 1
		}
	}
	h.leave(ph)
	return off
}

// Free frees a block that any process allocated. 0 is nothing. An offset that is
// not the first byte of a live block gives ErrNotAllocated or ErrDoubleFree and
// changes nothing; a block that was freed and given out again is live. ErrClosed.
// IRIX: usfree.
func (h *Heap) Free(off uint64) error {
	ph := h.mark(pin())
	rel := off - h.dataOff
	page := rel >> layout.PageShift
	if ph == nil || page >= h.known.pages {
		h.leave(ph)
		return h.freeSlow(off)
	}
	k := h.known.look(page)
	if !k.in(ph.known) {
		return h.freeElse(ph, off)
	}
	page -= k.back()
	in := uint32(rel - page<<layout.PageShift)
	ch := ph.class(k.class())
	i := uint32(uint64(in) * uint64(ch.magic) >> layout.MagicShift)
	if i >= ch.blocks || i*uint32(ch.size) != in {
		return h.freeElse(ph, off)
	}
	w := (*layout.BitWord)(unsafe.Add(h.bits, page*layout.BitsSize+uint64(i/64)*layout.BitWordSize))
	bit := uint64(1) << (i & 63)
	a := loadA(&w.A)
	if a&bit == 0 || loadA(&w.R)&bit != 0 { // model: S3
		return h.freeElse(ph, off)
	}
	storeA(&w.A, a&^bit) // model: S4, commit
	if w == ch.active {
		ch.again |= bit
		ph.leave()
		return nil
	}
	ch.heat(page*(64*layout.BitWords)+uint64(i), off)
	h.freedAside(ph, k.class(), k.index(), page, a&(a-1) == 0)
	ph.leave()
	return nil
}

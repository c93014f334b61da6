package alloc

import (
	"math/bits"
	"sync/atomic"
	"unsafe"

	"usarena/internal/layout"
)

// Malloc allocates n bytes and gives their offset, a multiple of 16; of the page
// size from 32 KiB on. 0 bytes are a block of their own that must be freed. The
// content is undefined. If this process dies the block stays allocated and is
// told as an orphan. ErrNoSpace, ErrClosed. IRIX: usmalloc.
func (h *Heap) Malloc(n uint64) (uint64, error) {
	if n > layout.MaxSmall {
		if off := h.mallocAgain(n); off != 0 {
			return off, nil
		}
		return h.mallocSlow(n)
	}
	c := layout.ClassOf(n)
	ph := h.mark(pin())
	if ph == nil || c >= layout.Classes {
		return h.mallocElse(ph, n)
	}
	ch := &ph.cls[c]
	if i := ch.hots - 1; i < uint64(len(ch.hot)) { // what was freed last is still in the cache
		ch.hots = i
		e := &ch.hot[i]
		w := (*layout.BitWord)(unsafe.Add(h.bits, e.word))
		if a := loadA(&w.A); (a|loadBits(&w.R))&e.bit == 0 { // model: S1
			storeA(&w.A, a|e.bit) // model: S2, commit
			if w == ch.active {
				ch.avail &^= e.bit
			}
			ph.used = 1
			off := e.off
			h.leave(ph)
			return off, nil
		}
	}
	m := ch.avail
	if m == 0 {
		if m = h.next(ch, c); m == 0 {
			return h.mallocElse(ph, n)
		}
	}
	ch.avail = m & (m - 1)
	a := &ch.active.A
	off := ch.base + uint64(bits.TrailingZeros64(m))*ch.size
	storeA(a, loadA(a)|m&-m) // model: S2, commit
	ph.used = 1
	h.leave(ph)
	return off, nil
}

// mallocElse leaves a heap that has no block at hand.
func (h *Heap) mallocElse(ph *procHeap, n uint64) (uint64, error) {
	h.leave(ph)
	return h.mallocSlow(n)
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
	if ph != nil && c < layout.Classes {
		ch := &ph.cls[c]
		if m := ch.avail; m != 0 {
			ch.avail = m & (m - 1)
			off = ch.base + uint64(bits.TrailingZeros64(m))*ch.size
			p := unsafe.Add(h.data, off-h.dataOff)
			for i := uint64(0); i < ch.size; i += 8 {
				*(*uint64)(unsafe.Add(p, i)) = 0
			}
			a := &ch.active.A
			storeA(a, loadA(a)|m&-m) // model: S2, commit
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
	rel := off - h.dataOff
	page := rel >> layout.PageShift
	if page >= h.limit.Load() {
		return h.freeSlow(off)
	}
	ph := h.mark(pin())
	if ph == nil {
		return h.freeElse(ph, off)
	}
	k := h.known.look(page)
	c := k.class()
	if !k.in(ph.known) || c >= layout.Classes {
		return h.freeElse(ph, off)
	}
	page -= k.back()
	in := rel - page<<layout.PageShift
	ch := &ph.cls[c]
	i := in * ch.magic >> layout.MagicShift
	if i >= ch.blocks || i*ch.size != in {
		return h.freeElse(ph, off)
	}
	word := page*layout.BitsSize + (i>>6&3)*layout.BitWordSize
	w := (*layout.BitWord)(unsafe.Add(h.bits, word))
	bit := uint64(1) << (i & 63)
	a := loadA(&w.A)
	if a&bit == 0 || atomic.LoadUint64(&w.R)&bit != 0 { // model: S3
		return h.freeElse(ph, off)
	}
	storeA(&w.A, a&^bit) // model: S4, commit
	if n := ch.hots; n < uint64(len(ch.hot)) {
		ch.hot[n] = hotBlock{word, off, bit}
		ch.hots = n + 1
	}
	if w == ch.active {
		ch.again |= bit
		h.leave(ph)
		return nil
	}
	h.freedAside(ph, c, k.index(), page, a == bit)
	h.leave(ph)
	return nil
}

// reallocOwn is Realloc where the block is small, in a span of the caller's heap,
// and stays where it is or moves into one that is at hand. 0: Realloc must do it.
func (h *Heap) reallocOwn(off, n uint64) (to uint64) {
	rel := off - h.dataOff
	page := rel >> layout.PageShift
	if page >= h.limit.Load() || n > layout.MaxSmall {
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
	in := rel - page<<layout.PageShift
	ch := &ph.cls[c]
	i := in * ch.magic >> layout.MagicShift
	if i >= ch.blocks || i*ch.size != in {
		return 0
	}
	w := &(*layout.Bits)(unsafe.Add(h.bits, page*layout.BitsSize))[i>>6&3]
	bit := uint64(1) << (i & 63)
	if loadA(&w.A)&^loadBits(&w.R)&bit == 0 { // model: S3
		return 0
	}
	if fitsSmall(ch.size, n) {
		return rel + h.dataOff
	}
	dh := &ph.cls[into]
	m := dh.avail
	if size := min(ch.size, n); size > moveMost || m == 0 {
		if size > moveMost {
			return 0
		}
		if m = h.next(dh, into); m == 0 {
			return 0
		}
	}
	dh.avail = m & (m - 1)
	to = dh.base + uint64(bits.TrailingZeros64(m))*dh.size
	size := min(ch.size, n)
	copy(unsafe.Slice((*byte)(unsafe.Add(h.data, to-h.dataOff)), size), unsafe.Slice((*byte)(unsafe.Add(h.data, rel)), size))
	storeA(&dh.active.A, loadA(&dh.active.A)|m&-m) // model: S2, commit
	ph.used = 1
	a := loadA(&w.A)
	storeA(&w.A, a&^bit) // model: S4, commit
	if w == ch.active {
		ch.again |= bit
	} else {
		h.freedAside(ph, c, k.index(), page, a == bit)
	}
	return to
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

// freeElse leaves a heap of whose small blocks it is none, or not as it should be.
func (h *Heap) freeElse(ph *procHeap, off uint64) error {
	freed := ph != nil && h.stashAway(ph, off)
	h.leave(ph)
	if freed {
		return nil
	}
	return h.freeSlow(off)
}

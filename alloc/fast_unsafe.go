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
	if n <= layout.MaxSmall {
		c := layout.ClassOf(n)
		ph := h.enter()
		if ph != nil && c < layout.Classes {
			ch := &ph.cls[c]
			m := ch.avail
			if m == 0 {
				m = h.next(ch, c)
			}
			if m != 0 {
				ch.avail = m & (m - 1)
				a := ch.aword
				off := ch.base + uint64(bits.TrailingZeros64(m))*classes[c].size
				storeA(a, loadA(a)|m&-m) // model: S2, commit
				ph.used = 1
				h.leave(ph)
				return off, nil
			}
		}
		h.leave(ph)
	}
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
	ph := h.enter()
	if ph != nil && c < layout.Classes {
		ch := &ph.cls[c]
		if m := ch.avail; m != 0 {
			ch.avail = m & (m - 1)
			size := classes[c].size
			off = ch.base + uint64(bits.TrailingZeros64(m))*size
			p := unsafe.Add(h.data, off-h.dataOff)
			for i := uint64(0); i < size; i += 8 {
				*(*uint64)(unsafe.Add(p, i)) = 0
			}
			storeA(ch.aword, loadA(ch.aword)|m&-m) // model: S2, commit
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
	if page < h.limit.Load() {
		ph := h.enter()
		if ph != nil && h.freeOwn(ph, rel, page) {
			h.leave(ph)
			return nil
		}
		h.leave(ph)
	}
	return h.freeSlow(off)
}

// freeOwn frees a block in a span of this heap. False: it is not one, or
// something is odd, and nothing was done. Runs entered.
func (h *Heap) freeOwn(ph *procHeap, rel, page uint64) bool {
	s := loadState(h.states, page)
	in := rel & layout.PageMask
	if s.Kind() == layout.Back {
		d := s.Len()
		if d > page {
			return false
		}
		page -= d
		in += d << layout.PageShift
		s = loadState(h.states, page)
	}
	if s&layout.OwnerMask != ph.owner {
		return false
	}
	c := s.Class()
	k := &classes[c&127]
	i := in * k.magic >> layout.MagicShift
	if i >= k.blocks || i*k.size != in || c >= layout.Classes {
		return false
	}
	b := (*layout.Bits)(unsafe.Add(h.bits, page*layout.BitsSize))
	w := i >> 6 & 3
	bit := uint64(1) << (i & 63)
	a := loadA(&b[w].A)
	if a&bit == 0 || atomic.LoadUint64(&b[w].R)&bit != 0 { // model: S3
		return false
	}
	ch := &ph.cls[c]
	at := atomic.LoadUint64(&b[0].Hint)
	if at >= uint64(len(ch.spans)) {
		return false
	}
	e := ch.spans[at]
	if !e.is(page) {
		return false
	}
	storeA(&b[w].A, a&^bit) // model: S4, commit
	if e&entryQueued == 0 {
		ch.spans[at] = e | entryQueued
		ch.push(int(at))
	}
	if a == bit && int(at)+1 != ch.cur {
		h.emptied(ph, c, int(at), page)
	}
	return true
}

// emptied gives an empty span up unless it is the only one with room. Runs
// entered.
func (h *Heap) emptied(ph *procHeap, c, at int, page uint64) {
	ch := &ph.cls[c]
	if (ch.avail != 0 || ch.queued > 1) && h.empty(page, c) {
		h.letGo(ph, c, at)
	}
}

func loadState(states unsafe.Pointer, page uint64) layout.State {
	return layout.State((*atomic.Uint64)(unsafe.Add(states, page*layout.StateSize)).Load())
}

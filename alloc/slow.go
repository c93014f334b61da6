package alloc

import (
	"runtime"

	"usarena/internal/errs"
	"usarena/internal/fault"
	"usarena/internal/layout"
)

// mallocSlow is Malloc when the active word of the heap is used up.
func (h *Heap) mallocSlow(n uint64) (off uint64, err error) {
	if err := h.begin("malloc"); err != nil {
		return 0, err
	}
	defer h.end("malloc", &err, fault.Arm())
	return h.malloc(n, nil)
}

// malloc allocates n bytes, of which in learns before, if it is not nil.
func (h *Heap) malloc(n uint64, in *intent) (uint64, error) {
	if n > layout.MaxSmall {
		return h.mallocLarge(n, ask{1, in})
	}
	return h.mallocClass(layout.ClassOf(n), ask{layout.MinBlock, in})
}

// ask is what a request wants besides a size.
type ask struct {
	align uint64  // the offset is a multiple of it, a power of two
	in    *intent // is told of the block before it is allocated; may be nil
}

// mallocClass allocates a block of class c, whose size is a multiple of the
// alignment, or of a larger class that is so too. Slow call.
func (h *Heap) mallocClass(c int, q ask) (uint64, error) {
	if h.noHeaps.Load() {
		return h.mallocOnce(c, q)
	}
	if h.budget == 0 && h.allowance() == 0 {
		if h.heaps.Load() > 0 && h.anyHeap() {
			h.emptyHeaps(false)
		}
		return h.mallocOnce(c, q)
	}
	for range heapTries {
		ph := h.enter()
		if ph == nil {
			h.leave(nil)
			if !h.makeHeap() {
				return h.mallocOnce(c, q)
			}
			continue
		}
		if off, ok := h.take(ph, c, q.in); ok {
			h.leave(ph)
			return off, nil
		}
		if off, ok := h.borrow(ph, c, q); ok {
			h.leave(ph)
			return off, nil
		}
		h.leave(ph)

		if h.useQuiet() {
			continue
		}
		page, s, err := h.getSpan(c)
		if err != nil {
			return h.mallocLarger(c, q, err)
		}
		var out goners
		ph = h.enterWithRoom(c)
		ok := ph != nil && h.install(ph, c, page, s, &out)
		var off uint64
		if ok {
			off, ok = h.take(ph, c, q.in)
		}
		h.leave(ph)
		h.disownGoners(&out)
		if ok {
			return off, nil
		}
		if ph == nil {
			h.disown(page, c, s&layout.Tagged != 0)
		}
	}
	return h.mallocOnce(c, q)
}

// enterWithRoom is enter, and the heap has room for one more span of class c.
func (h *Heap) enterWithRoom(c int) *procHeap {
	var more *arrays
	for {
		ph := h.enter()
		if ph == nil {
			return nil
		}
		ch := &ph.cls[c]
		ch.adopt(more)
		if ch.roomForOne() {
			return ph
		}
		n := len(ch.spans)
		h.leave(ph)
		more = larger(n)
	}
}

// heapTries is how often a heap is tried that others empty or fill meanwhile.
const heapTries = 16

// take gives out a block of class c from ph. Runs entered.
func (h *Heap) take(ph *procHeap, c int, in *intent) (uint64, bool) {
	ch := &ph.cls[c]
	if ch.avail == 0 && !h.refill(ph, c) {
		return 0, false
	}
	m := ch.avail
	ch.avail = m & (m - 1)
	off := ch.base + classes[c].size*lowBit(m)
	in.note(off, 0)
	a := &ch.active.A
	storeA(a, loadA(a)|m&-m) // model: S2 M2, commit
	ph.used = 1
	return off, true
}

// borrows is how many blocks a class takes from somewhat larger ones before it
// gets a span of its own. Programs use many sizes only once or twice.
const borrows = 4

// borrow gives out a block of a class at most a quarter larger, if the heap has
// none of class c yet, or if a span more would be more pages than the arena ever
// used. Runs entered.
func (h *Heap) borrow(ph *procHeap, c int, q ask) (uint64, bool) {
	ch := &ph.cls[c]
	least := 0 // spans with room that the lender keeps
	switch {
	case layout.ClassTable[c].Size < borrowLeast:
		return 0, false
	case ch.held > 0 || ch.borrowed >= borrows:
		if least = lenderKeeps; !h.atHigh(uint64(layout.ClassTable[c].Pages)) {
			return 0, false
		}
	}
	most := layout.ClassTable[c].Size + layout.ClassTable[c].Size/4
	for k := c + 1; k < layout.Classes && layout.ClassTable[k].Size <= most; k++ {
		if l := &ph.cls[k]; aligned(k, q.align) && (l.avail != 0 && least == 0 || l.queued > least) {
			if off, ok := h.take(ph, k, q.in); ok {
				ch.borrowed++
				return off, true
			}
		}
	}
	return 0, false
}

// borrowLeast is the smallest block size that borrows: below it a span of its
// own is filled soon.
const borrowLeast = 144

// lenderKeeps is how many spans with room a class must have to lend blocks to one
// that has spans of its own.
const lenderKeeps = 8

// makeHeap gives the caller's processor a heap. False: it cannot have one now. Nor at
// the first time: a process that allocates once, and then sleeps or ends, is to keep
// nothing from others, nor to pay for the table and the timer of heaps.
func (h *Heap) makeHeap() bool {
	id, ok := h.here()
	if !ok || !h.asked.Swap(true) || !h.mu.TryLock() {
		return false
	}
	defer h.mu.Unlock()
	if h.noHeaps.Load() || h.r.Lost("malloc") != nil {
		return false
	}
	if h.known.open(h.r.Window) != nil {
		return false
	}
	if at := &h.procs[id]; at.heap.Load() == nil {
		h.lookRound()
		ph := newProcHeap(at, h.spareID())
		h.stashRoom(ph)
		at.heap.Store(ph)
		if h.heaps.Add(1) > 1 {
			prepareBarrier()
		}
	}
	h.startTrimmer()
	return true
}

// spareID is a heap's number that no heap has: heaps move between processors. The
// caller holds mu.
func (h *Heap) spareID() (id int) {
	for i := 0; i < len(h.procs); i++ {
		if ph := h.procs[i].heap.Load(); ph != nil && ph.id == id {
			id, i = id+1, -1
		}
	}
	return id
}

// mallocOnce takes a span, allocates one block of it and disowns it again, as
// small arenas do where a span kept is a span that others lack. Spans of
// somewhat larger classes are used before new pages where pages are few.
func (h *Heap) mallocOnce(c int, q ask) (uint64, error) {
	for i := 0; ; i++ {
		for k, last := c, h.substitutes(c); k <= last; k++ {
			if !aligned(k, q.align) {
				continue
			}
			if page, s := h.findDisowned(k, false); s != 0 {
				if off, ok := h.once(page, s, q.in); ok {
					return off, nil
				}
			}
		}
		k := h.opens(c, q.align)
		page, s, err := h.newSpan(k)
		if err != nil && k != c {
			page, s, err = h.newSpan(c)
		}
		if err != nil {
			off, lerr := h.mallocLarger(c, q, err)
			if lerr == nil || i >= 50 || !h.othersInHand() {
				return off, lerr
			}
			runtime.Gosched() // somebody has a span in hand this very moment
			continue
		}
		if off, ok := h.once(page, s, q.in); ok {
			return off, nil
		}
	}
}

// once gives out a block of a span in hand and disowns the span.
func (h *Heap) once(page uint64, s layout.State, in *intent) (off uint64, ok bool) {
	b, c := h.bitsAt(page), s.Class()
	for w := 0; w < words(c) && !ok; w++ {
		a := loadBits(&b[w&3].A)
		if free := ^(a | loadBits(&b[w&3].R)) & wordMask(c, w); free != 0 { // model: S1
			off = h.r.OffsetOf(page) + (uint64(w)*64+lowBit(free))*classes[c].size
			in.note(off, 0)
			storeInHand(&b[w&3].A, a|free&-free) // model: S2 M2, commit
			ok = true
		}
	}
	h.disown(page, c, s&layout.Tagged != 0)
	return off, ok
}

// mallocLarger is the last resort before "full": a block of any larger class
// from a disowned span.
func (h *Heap) mallocLarger(c int, q ask, full error) (uint64, error) {
	for k := c; k < layout.Classes; k++ {
		for tries := 0; tries < 8 && aligned(k, q.align); tries++ {
			page, s := h.findDisowned(k, true)
			if s == 0 {
				break
			}
			if off, ok := h.once(page, s, q.in); ok {
				return off, nil
			}
		}
	}
	return 0, full
}

// aligned says whether every block of class k begins at a multiple of align.
func aligned(k int, align uint64) bool { return uint64(layout.ClassTable[k].Size)&(align-1) == 0 }

// othersInHand reports that some span is in somebody's hand right now.
func (h *Heap) othersInHand() bool {
	for p, n := uint64(0), h.refresh(); p < n; p++ {
		s := h.r.Load(p)
		if s.Kind() == layout.Span && s&layout.Owned != 0 && s.Heap() == layout.InHand {
			return true
		}
	}
	return false
}

// notBlock is the error for an offset that is no live block.
func (h *Heap) notBlock(op string, off uint64, why string) error {
	return errs.Wrap(errs.NotAllocated, op, "%s: offset %#x %s", h.name, off, why)
}

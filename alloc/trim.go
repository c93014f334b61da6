package alloc

import (
	"time"

	"usarena/internal/fault"
	"usarena/internal/layout"
)

// Trim disowns every span that this process's heaps hold, so that others can
// use what is free in them.
func (h *Heap) Trim() {
	if h.begin("trim") == nil {
		defer h.end("trim", nil, fault.Arm())
		h.emptyHeaps(false)
	}
}

// sweep makes free pages of every empty disowned span, and frees what the dead
// have in others: who freed the last block, or gave the span up, may have been
// killed before it did.
func (h *Heap) sweep() {
	for p, n := uint64(0), h.refresh(); p < n; p++ {
		s := h.r.Load(p) // model: S26
		if s.Kind() == layout.Span && s&layout.Owned == 0 && s.Class() < layout.Classes && (h.empty(p, s.Class()) || h.reclaimable(p, s.Class(), s)) {
			h.settle(p, s)
		}
	}
}

// emptyHeaps takes heaps away from their processors, waits until nobody can be
// inside, and disowns their spans. With onlyIdle, those that nobody has entered
// since the last time; it reports whether any heap is left with spans.
func (h *Heap) emptyHeaps(onlyIdle bool) (left bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	out, left := h.takeHeaps(onlyIdle)
	for _, ph := range out {
		h.disownAll(ph)
	}
	return left
}

// takeHeaps takes heaps away from their processors and returns when nobody can be
// inside. With onlyIdle those that were entered since the last time are left. The
// caller holds mu.
func (h *Heap) takeHeaps(onlyIdle bool) (out []*procHeap, left bool) {
	var others []*procHeap
	for id := range h.procs {
		ph := h.procs[id].heap.Load()
		if ph == nil {
			continue
		}
		if onlyIdle && h.wasUsed(ph) {
			left = true
			continue
		}
		if !h.unlink(id) {
			others = append(others, ph)
		}
		out = append(out, ph)
	}
	if len(others) > 0 {
		h.shutOut(others)
	}
	return out, left
}

// useQuiet looks for a heap of another processor that nobody has entered for a
// moment, before new pages are taken: a goroutine that has moved to another
// processor leaves its spans behind. If they are more than what the caller's heap
// has, the two heaps change places, which costs no word of the arena; else they are
// disowned, for anybody to adopt. It reports whether there was one. Slow call.
func (h *Heap) useQuiet() bool {
	now, mine := time.Since(h.born), h.self()
	if mine < 0 {
		return false
	}
	for id := range h.procs {
		ph := h.procs[id].heap.Load()
		if ph == nil || id == mine || ph.pages.Load() < leastQuiet {
			continue
		}
		if h.wasUsed(ph) {
			ph.seen.Store(int64(now))
		} else if now-time.Duration(ph.seen.Load()) > quiet && h.mu.TryLock() {
			h.useOne(mine, id, ph)
			return true
		}
	}
	return false
}

// quiet is a moment: long against a malloc, short against a processor's turn, and
// no longer than a few dozen spans take, which would be taken too much.
const quiet = 20 * time.Microsecond

// leastQuiet is how many pages in a heap are worth shutting its processor out.
const leastQuiet = 16

// useOne does so with the heap of processor id, for the processor mine. The caller
// holds mu; useOne lets it go, also when the arena faults.
func (h *Heap) useOne(mine, id int, ph *procHeap) {
	defer h.mu.Unlock()
	if mine >= len(h.procs) || !h.procs[id].heap.CompareAndSwap(ph, nil) {
		return
	}
	own := h.procs[mine].heap.Swap(nil)
	out := []*procHeap{ph}
	if own != nil {
		out = append(out, own)
	}
	h.shutOut(out)
	if own != nil && own.pages.Load() >= ph.pages.Load() {
		h.procs[mine].heap.Store(own)
		h.disownAll(ph)
		return
	}
	h.settleAt(mine, ph)
	if own != nil {
		h.settleAt(id, own)
	}
}

// settleAt gives a heap that nobody can be inside to a processor.
func (h *Heap) settleAt(id int, ph *procHeap) {
	ph.place = &h.procs[id]
	ph.place.heap.Store(ph)
}

// disownAll gives up all spans of a heap that nobody can enter any more.
func (h *Heap) disownAll(ph *procHeap) {
	h.forgetRuns(ph)
	for c := range ph.cls {
		for i := range ph.cls[c].spans {
			h.letGo(ph, c, i)
		}
	}
}

// startTrimmer sees to it that what idle heaps hold is disowned. It ends by itself
// when no heap is left. A process's first timer costs as much as ten system calls, a
// goroutine more.
func (h *Heap) startTrimmer() {
	if h.trimmer.CompareAndSwap(false, true) {
		time.AfterFunc(idle, h.trimIdle)
	}
}

func (h *Heap) trimIdle() {
	if h.begin("trim") != nil {
		return
	}
	defer h.end("trim", nil, fault.Arm())
	if h.onIdle != nil {
		h.onIdle()
	}
	h.lookRound()
	if !h.emptyHeaps(!h.tooMuch()) {
		h.trimmer.Store(false)
		if !h.anyHeap() || !h.trimmer.CompareAndSwap(false, true) {
			return
		}
	}
	time.AfterFunc(idle, h.trimIdle)
}

func (h *Heap) anyHeap() bool {
	for id := range h.procs {
		if h.procs[id].heap.Load() != nil {
			return true
		}
	}
	return false
}

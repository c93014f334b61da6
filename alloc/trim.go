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
	for id := range h.procs {
		ph := h.procs[id].heap.Load()
		if ph == nil {
			continue
		}
		if onlyIdle && h.wasUsed(ph) {
			left = true
			continue
		}
		h.procs[id].heap.Store(nil)
		out = append(out, ph)
	}
	if len(out) > 0 {
		h.shutOut(out)
	}
	return out, left
}

// emptyQuiet empties the heaps of other processors that nobody has entered for
// a moment, before new pages are taken: a goroutine that has moved to another
// processor leaves room behind that is better used than made anew. It reports
// whether it emptied any. Slow call.
func (h *Heap) emptyQuiet() bool {
	now, mine := time.Since(h.born), h.self()
	if mine < 0 {
		return false
	}
	for id := range h.procs {
		ph := h.procs[id].heap.Load()
		if ph == nil || id == mine {
			continue
		}
		if h.wasUsed(ph) {
			ph.seen.Store(int64(now))
		} else if now-time.Duration(ph.seen.Load()) > quiet && h.mu.TryLock() {
			h.emptyOne(id, ph)
			return true
		}
	}
	return false
}

// quiet is a moment: long against a malloc, short against a processor's turn.
const quiet = 50 * time.Microsecond

// emptyOne empties one heap. The caller holds mu; emptyOne lets it go, also when
// the arena faults.
func (h *Heap) emptyOne(id int, ph *procHeap) {
	defer h.mu.Unlock()
	if h.procs[id].heap.CompareAndSwap(ph, nil) {
		h.shutOut([]*procHeap{ph})
		h.disownAll(ph)
	}
}

// disownAll gives up all spans of a heap that nobody can enter any more.
func (h *Heap) disownAll(ph *procHeap) {
	for c := range ph.cls {
		for i := 0; ph.cls[c].live != 0 && i < keepSpans; i++ {
			h.letGo(ph, c, i)
		}
	}
}

// startTrimmer sees to it that what idle heaps hold is disowned. It ends by itself
// when no heap is left. A timer costs the first malloc less than a goroutine.
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
	if !h.emptyHeaps(true) {
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

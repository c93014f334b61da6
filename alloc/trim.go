package alloc

import "time"

// Trim disowns every span that this process's heaps hold, so that others can
// use what is free in them.
func (h *Heap) Trim() {
	if h.begin("trim") == nil {
		h.emptyHeaps(false)
		h.end()
	}
}

// emptyOwn is Trim from within a slow call.
func (h *Heap) emptyOwn() { h.emptyHeaps(false) }

// emptyHeaps takes heaps away from their processors, waits until nobody can be
// inside, and disowns their spans. With onlyIdle, those that nobody has entered
// since the last time; it reports whether any heap is left with spans.
func (h *Heap) emptyHeaps(onlyIdle bool) (left bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	var out []*procHeap
	for id := range h.procs {
		ph := h.procs[id].Load()
		if ph == nil {
			continue
		}
		if onlyIdle && h.wasUsed(ph) {
			left = true
			continue
		}
		h.procs[id].Store(nil)
		out = append(out, ph)
	}
	if len(out) == 0 {
		return left
	}
	h.shutOut(out)
	for _, ph := range out {
		for c := range ph.cls {
			for i := 0; i < keepSpans; i++ {
				h.letGo(ph, c, i)
			}
		}
	}
	return left
}

// startTrimmer starts the goroutine that disowns what idle heaps hold. It ends
// by itself when no heap is left.
func (h *Heap) startTrimmer() {
	if !h.trimmer.CompareAndSwap(false, true) {
		return
	}
	go func() {
		tick := time.NewTicker(idle)
		defer tick.Stop()
		for {
			select {
			case <-h.stop:
				return
			case <-tick.C:
			}
			if h.begin("trim") != nil {
				return
			}
			left := h.emptyHeaps(true)
			if !left {
				h.trimmer.Store(false)
			}
			h.end()
			if !left && (!h.anyHeap() || !h.trimmer.CompareAndSwap(false, true)) {
				return
			}
		}
	}()
}

func (h *Heap) anyHeap() bool {
	for id := range h.procs {
		if h.procs[id].Load() != nil {
			return true
		}
	}
	return false
}

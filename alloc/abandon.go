package alloc

import "usarena/internal/fault"

// leaveArena is what Close does in the arena.
func (h *Heap) leaveArena() (err error) {
	defer func() {
		if err != nil {
			h.Abandon()
		}
	}()
	defer h.r.Caught("close", &err, fault.Arm())
	h.noHeaps.Store(true)
	h.emptyHeaps(false)
	h.mu.Lock()
	h.known.close()
	h.mu.Unlock()
	h.keepLarge()
	if h.leaveSlot != nil {
		h.leaveSlot()
	}
	return nil
}

// Abandon shuts everybody out of the processor heaps and leaves their spans as
// they are, for whoever recovers this user: nothing of the arena is touched. It
// returns when no pinned code of this heap runs any more. To be called once the
// region is lost, so that slow calls are refused and make no heaps.
func (h *Heap) Abandon() {
	h.mu.Lock() // against those who make heaps
	defer h.mu.Unlock()
	h.noHeaps.Store(true)
	h.takeHeaps(false)
	h.known.close()
}

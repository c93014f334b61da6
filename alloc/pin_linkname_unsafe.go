//go:build !usarena_portable && !race

package alloc

import (
	"runtime"
	"sync/atomic"
	_ "unsafe" // for go:linkname
)

// A goroutine between pin and unpin stays on its processor and cannot be
// interrupted by another goroutine there. The Go team keeps both reachable.

//go:linkname pin runtime.procPin
func pin() int

//go:linkname unpin runtime.procUnpin
func unpin()

// guard is empty: the processor guards its heap.
type guard struct{}

// enter pins the goroutine and gives its processor's heap, nil if there is none.
// leave follows in every case. The mark comes before the look: whoever unlinks a
// heap and then makes every processor pass a barrier sees one or the other.
func (h *Heap) enter() *procHeap { return h.mark(pin()) }

// mark is enter for who is pinned; small enough to be part of its caller.
func (h *Heap) mark(id int) *procHeap {
	if uint(id) >= uint(len(h.procs)) {
		return nil
	}
	p := &h.procs[id]
	p.inside = 1
	return p.heap.Load()
}

// leave ends what enter or mark began.
func (h *Heap) leave(ph *procHeap) {
	if ph != nil {
		ph.leave()
		return
	}
	if id := h.self(); id < len(h.procs) {
		h.procs[id].inside = 0
	}
	unpin()
}

// leave is Heap.leave where there is a heap; small enough to be part of its caller.
func (ph *procHeap) leave() {
	ph.place.inside = 0
	unpin()
}

// here is the number of a heap for the caller to use, and whether it can have
// one.
func (h *Heap) here() (int, bool) {
	id := pin()
	unpin()
	return id, id < len(h.procs)
}

// self is the number of the caller's heap.
func (h *Heap) self() int {
	id := pin()
	unpin()
	return id
}

// unlink takes the heap of a processor away. True: that is the caller's own, so nobody
// can be inside. Else shutOut tells when nobody is.
func (h *Heap) unlink(id int) (quiet bool) {
	quiet = pin() == id
	h.procs[id].heap.Store(nil)
	unpin()
	return quiet
}

// shutOut returns when nobody can be inside heaps that were unlinked before the
// call.
func (h *Heap) shutOut(heaps []*procHeap) {
	if !barrier() {
		// A stop of the world passes no pinned goroutine.
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return
	}
	for _, ph := range heaps {
		for atomic.LoadUint32(&ph.place.inside) != 0 {
			runtime.Gosched()
		}
	}
	barrier() // what they stored before they left is here now
}

// wasUsed reports whether ph was entered since the last call. A mark that is
// lost or late only shifts when the heap counts as idle.
func (h *Heap) wasUsed(ph *procHeap) bool { return atomic.SwapUint32(&ph.used, 0) != 0 }

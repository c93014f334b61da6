//go:build !usarena_portable && !race

package alloc

import (
	"runtime"
	"sync/atomic"
	_ "unsafe" // for go:linkname

	"usarena/internal/layout"
)

// A goroutine between procPin and procUnpin stays on its processor and cannot be
// interrupted by another goroutine there. The Go team keeps both reachable.

//go:linkname procPin runtime.procPin
func procPin() int

//go:linkname procUnpin runtime.procUnpin
func procUnpin()

// guard is empty: the processor guards its heap.
type guard struct{}

// enter pins the goroutine and gives its processor's heap, nil if there is none.
// leave follows in every case.
func (h *Heap) enter() *procHeap {
	id := procPin()
	if uint(id) >= layout.MaxProcs {
		return nil
	}
	return h.procs[id].Load()
}

func (h *Heap) leave(*procHeap) { procUnpin() }

// here is the number of a heap for the caller to use, and whether it can have
// one.
func (h *Heap) here() (int, bool) {
	id := procPin()
	procUnpin()
	return id, id < layout.InHand
}

// shutOut returns when nobody can be inside heaps that were unlinked before the
// call: a stop of the world passes no pinned goroutine.
func (h *Heap) shutOut([]*procHeap) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
}

// wasUsed reports whether ph was entered since the last call. A mark that is
// lost or late only shifts when the heap counts as idle.
func (h *Heap) wasUsed(ph *procHeap) bool {
	used := atomic.SwapUint32(&ph.used, 0) != 0
	return used
}

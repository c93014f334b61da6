//go:build usarena_portable || race

package alloc

import (
	"math/rand/v2"
	"runtime"
	"sync"

	"usarena/internal/fault"
)

// guard keeps others out of a heap where processors cannot be pinned, and lets
// the race detector see that it does.
type guard struct {
	mu    sync.Mutex
	armed bool // what fault.Disarm restores on leaving
}

// enter locks one of the process's heaps, nil if there is none. leave follows in
// every case.
func (h *Heap) enter() *procHeap { return h.mark(pin()) }

// pin chooses the heap that mark will try.
func pin() int { return int(rand.Uint32N(uint32(runtime.GOMAXPROCS(0)))) }

func (h *Heap) mark(i int) *procHeap {
	i %= len(h.procs)
	ph := h.procs[i].heap.Load()
	if ph == nil {
		return nil
	}
	ph.mu.Lock()
	if h.procs[i].heap.Load() != ph {
		ph.mu.Unlock()
		return nil
	}
	// A fault in here ends the process, as where processors are pinned: nobody
	// else would ever get in.
	ph.armed = fault.Off()
	return ph
}

func (h *Heap) leave(ph *procHeap) {
	if ph != nil {
		ph.leave()
	}
}

func (ph *procHeap) leave() {
	fault.Disarm(ph.armed)
	ph.mu.Unlock()
}

// here is the number of a heap for the caller to use, and whether it can have
// one.
func (h *Heap) here() (int, bool) {
	return pin() % len(h.procs), true
}

// prepareBarrier has nothing to prepare: locks order what heaps do.
func prepareBarrier() {}

// self is the number of the caller's heap, below 0 because none is its own: a
// heap that is quiet now will be used again.
func (h *Heap) self() int { return -1 }

// unlink takes a heap away. shutOut tells when nobody is inside.
func (h *Heap) unlink(id int) (quiet bool) {
	h.procs[id].heap.Store(nil)
	return false
}

// shutOut returns when nobody can be inside heaps that were unlinked before the
// call.
func (h *Heap) shutOut(heaps []*procHeap) {
	for _, ph := range heaps {
		ph.mu.Lock()
		ph.mu.Unlock() //lint:ignore SA2001 passing through is the point
	}
}

// wasUsed reports whether ph was entered since the last call.
func (h *Heap) wasUsed(ph *procHeap) bool {
	ph.mu.Lock()
	defer ph.mu.Unlock()
	used := ph.used != 0
	ph.used = 0
	return used
}

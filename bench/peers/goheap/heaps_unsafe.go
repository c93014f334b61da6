package main

import (
	"sync"
	"unsafe"

	"modernc.org/memory"
)

// heap is what the loops call. Several workers use one, so it has its lock.
type heap interface {
	alloc(n int) unsafe.Pointer
	free(p unsafe.Pointer)
	grow(p unsafe.Pointer, had, n int) unsafe.Pointer
	null() bool
}

// goHeap is Go's own; what is freed is dropped.
type goHeap struct{}

func (goHeap) alloc(n int) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(make([]byte, n))) }
func (goHeap) free(unsafe.Pointer)        {}
func (goHeap) null() bool                 { return false }
func (h goHeap) grow(p unsafe.Pointer, had, n int) unsafe.Pointer {
	q := h.alloc(n)
	copy(unsafe.Slice((*byte)(q), n), unsafe.Slice((*byte)(p), had))
	return q
}

// modernc is modernc.org/memory, which has no lock of its own.
type modernc struct {
	*shared
}

type shared struct {
	mu     sync.Mutex
	locked bool // two workers use it
	a      memory.Allocator
}

func newModernc() modernc { return modernc{&shared{}} }

func (h modernc) null() bool { return false }
func (h modernc) alloc(n int) unsafe.Pointer {
	if h.locked {
		h.mu.Lock()
		defer h.mu.Unlock()
	}
	p, err := h.a.UnsafeMalloc(n)
	if err != nil {
		fail(err.Error())
	}
	return p
}

func (h modernc) free(p unsafe.Pointer) {
	if h.locked {
		h.mu.Lock()
		defer h.mu.Unlock()
	}
	if err := h.a.UnsafeFree(p); err != nil {
		fail(err.Error())
	}
}

func (h modernc) grow(p unsafe.Pointer, _, n int) unsafe.Pointer {
	q, err := h.a.UnsafeRealloc(p, n)
	if err != nil {
		fail(err.Error())
	}
	return q
}

// nothing gives out one block over and over. Its calls are not inlined, so that
// the loops pay for them as the real ones do.
type nothing struct{ p unsafe.Pointer }

func newNull() nothing { return nothing{unsafe.Pointer(new([1 << 20]byte))} }

//go:noinline
func (h nothing) alloc(int) unsafe.Pointer { return h.p }

//go:noinline
func (nothing) free(unsafe.Pointer) {}

//go:noinline
func (h nothing) grow(unsafe.Pointer, int, int) unsafe.Pointer { return h.p }

func (nothing) null() bool { return true }

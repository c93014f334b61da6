package arena

import (
	"sync/atomic"
	"unsafe"

	"usarena/internal/errs"
)

// Ptr is an offset that knows what it leads to: 8 bytes, comparable, storable in
// the arena. The zero Ptr is nil. Ptrs of different types do not convert into
// each other.
type Ptr[T any] struct {
	_   [0]*T // makes the types differ; takes no room
	off Offset
}

// In is the address of what p leads to, in this process; nil for a nil p. It
// panics when p leads outside the arena, or with ErrClosed. The address must not
// be used after Close, nor after the block was freed.
func (p Ptr[T]) In(a *Arena) *T {
	rel, limit := p.off-a.dataOff, atomic.LoadUint64(&a.limit)
	if n := uint64(unsafe.Sizeof(*new(T))); rel < limit && n <= limit-rel {
		return (*T)(unsafe.Add(a.data, rel))
	}
	return (*T)(a.inSlow(p.off, uint64(unsafe.Sizeof(*new(T)))))
}

// inSlow is atSlow with a nil that is allowed.
//
//go:noinline
func (a *Arena) inSlow(p Offset, n uint64) unsafe.Pointer {
	if p == 0 && !a.gate.closed() {
		return nil
	}
	return a.atSlow(p, n)
}

// Offset is where p leads to; 0 for nil.
func (p Ptr[T]) Offset() Offset { return p.off }

// Free gives the block back; nil is fine. Errors as Arena.Free.
func (p Ptr[T]) Free(a *Arena) error { return a.Free(p.off) }

// New allocates a zeroed T. ErrNotShareable, with the field and the cure, for
// types that other processes could not read; otherwise as Malloc.
func New[T any](a *Arena) (Ptr[T], error) {
	if err := shareable[T](); err != nil {
		return Ptr[T]{}, err
	}
	n := uint64(unsafe.Sizeof(*new(T)))
	if a.heap != nil {
		if off := a.heap.TryCalloc(n); off != 0 {
			return Ptr[T]{off: off}, nil
		}
	}
	off, err := a.Calloc(1, n)
	return Ptr[T]{off: off}, err
}

// At makes a typed pointer of an offset. It checks that a live block begins
// there that is large enough (ErrNotAllocated, ErrInvalid), that the type may be
// shared and that its alignment fits. 0 is a nil Ptr.
func At[T any](a *Arena, off Offset) (Ptr[T], error) {
	if err := shareable[T](); err != nil {
		return Ptr[T]{}, err
	}
	if off == 0 {
		return Ptr[T]{}, nil
	}
	var t T
	if align := uint64(unsafe.Alignof(t)); off%align != 0 {
		return Ptr[T]{}, errs.Wrap(errs.Invalid, "at", "%s: %#x is no multiple of %d, as %T needs", a.name, off, align, t)
	}
	size, err := a.BlockSize(off)
	if err != nil {
		return Ptr[T]{}, err
	}
	if need := uint64(unsafe.Sizeof(t)); size < need {
		return Ptr[T]{}, errs.Wrap(errs.Invalid, "at", "%s: the block at %#x has %d bytes, %T needs %d", a.name, off, size, t, need)
	}
	return Ptr[T]{off: off}, nil
}

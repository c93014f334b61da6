package arena

import (
	"math/bits"
	"unsafe"

	"usarena/internal/errs"
)

// Slice is a typed offset and a length: 16 bytes, comparable, storable in the
// arena. The zero Slice is empty.
type Slice[T any] struct {
	_   [0]*T
	off Offset
	len uint64
}

// NewSlice allocates n zeroed Ts. For n == 0 it allocates nothing. Errors as
// New; a negative or overflowing n is ErrInvalid or ErrNoSpace.
func NewSlice[T any](a *Arena, n int) (Slice[T], error) {
	if err := shareable[T](); err != nil {
		return Slice[T]{}, err
	}
	if n < 0 {
		return Slice[T]{}, errs.Wrap(errs.Invalid, "new slice", "%s: length %d", a.name, n)
	}
	if n == 0 {
		return Slice[T]{}, a.usable("new slice")
	}
	off, err := a.Calloc(uint64(n), uint64(unsafe.Sizeof(*new(T))))
	if err != nil {
		return Slice[T]{}, err
	}
	return Slice[T]{off: off, len: uint64(n)}, nil
}

// CopyIn allocates a Slice and copies src into it. Errors as NewSlice.
func CopyIn[T any](a *Arena, src []T) (Slice[T], error) {
	s, err := NewSlice[T](a, len(src))
	if err == nil {
		err = a.Guard(func() error { copy(s.In(a), src); return nil })
	}
	return s, err
}

// In is the memory of s in this process, its capacity is its length. It panics
// when s reaches outside the arena, or with ErrClosed.
func (s Slice[T]) In(a *Arena) []T {
	hi, n := bits.Mul64(s.len, uint64(unsafe.Sizeof(*new(T))))
	if hi != 0 || s.len > maxInt {
		n = ^uint64(0)
	}
	if s.len == 0 && s.off == 0 {
		return nil
	}
	return unsafe.Slice((*T)(a.at(s.off, n)), int(s.len))
}

// Len is the number of elements. A number from a damaged arena that no slice of
// this process can have counts as the greatest one that it can.
func (s Slice[T]) Len() int { return int(min(s.len, maxInt)) }

// Offset is where the first element is; 0 for an empty Slice.
func (s Slice[T]) Offset() Offset { return s.off }

// Free gives the block back; an empty Slice is fine. Errors as Arena.Free.
func (s Slice[T]) Free(a *Arena) error { return a.Free(s.off) }

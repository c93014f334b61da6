package arena

import (
	"sync/atomic"

	"usarena/internal/layout"
)

// Cell is a Ptr that several users change: 8 bytes, at a multiple of 8 in 32-bit
// builds too. It lives in the arena and must not be copied. The zero Cell holds
// nil.
//
// The word is not a bare offset. Its low 34 bits are the offset in units of 16
// bytes; above them stands the tag of the last operation that allocated and
// published into this cell in one step. Recovery tells by the tag whether such a
// publication happened, so Store and CompareAndSwap leave it as it is.
type Cell[T any] struct {
	_ [0]*T
	w atomic.Uint64
}

// Load reads the cell.
func (c *Cell[T]) Load() Ptr[T] { return Ptr[T]{off: layout.CellWord(c.w.Load()).Offset()} }

// Store sets the cell. Whatever p leads to was written before and is seen by
// whoever loads p.
func (c *Cell[T]) Store(p Ptr[T]) {
	mustFitCell(p.off)
	for {
		w := c.w.Load()
		if c.w.CompareAndSwap(w, uint64(layout.CellWord(w).WithOffset(p.off))) {
			return
		}
	}
}

// CompareAndSwap sets the cell to new if it holds old. It never fails
// spuriously.
func (c *Cell[T]) CompareAndSwap(old, new Ptr[T]) bool {
	mustFitCell(new.off)
	for {
		w := c.w.Load()
		if layout.CellWord(w).Offset() != old.off {
			return false
		}
		if c.w.CompareAndSwap(w, uint64(layout.CellWord(w).WithOffset(new.off))) {
			return true
		}
	}
}

// mustFitCell panics for an offset that no cell can hold. Blocks begin at
// multiples of 16, so it was made up.
func mustFitCell(off Offset) {
	if layout.CellWord(0).WithOffset(off).Offset() != off {
		panic(errCell)
	}
}

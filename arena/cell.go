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
func (c *Cell[T]) Load() Ptr[T] { return Ptr[T]{off: c.w.Load() & layout.CellOffset * layout.CellUnit} }

// Store sets the cell. Whatever p leads to was written before and is seen by
// whoever loads p.
func (c *Cell[T]) Store(p Ptr[T]) {
	next := cellWord(p.off)
	for {
		w := c.w.Load()
		if c.w.CompareAndSwap(w, w&^layout.CellOffset|next) {
			return
		}
	}
}

// CompareAndSwap sets the cell to new if it holds old. It never fails
// spuriously.
func (c *Cell[T]) CompareAndSwap(old, new Ptr[T]) bool {
	next := cellWord(new.off)
	for {
		w := c.w.Load()
		if w&layout.CellOffset*layout.CellUnit != old.off {
			return false
		}
		if c.w.CompareAndSwap(w, w&^layout.CellOffset|next) {
			return true
		}
	}
}

// cellWord is an offset as cells hold it. Blocks begin at multiples of 16, so
// another offset was made up.
func cellWord(off Offset) uint64 {
	if off%layout.CellUnit != 0 || off/layout.CellUnit > layout.CellOffset {
		panic(errCell)
	}
	return off / layout.CellUnit
}

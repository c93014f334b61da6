package arena

import "usarena/internal/errs"

// MallocTo allocates n bytes and stores their offset in the Cell at off, which
// must hold nil (else ErrBusy), in one step: a process killed anywhere inside has
// done both or neither, as soon as somebody has recovered it. The content is
// undefined, and others may see the block at once: where that matters, fill a
// block of Malloc and put it in with Cell.CompareAndSwap.
//
// The block is this user's as that of Malloc is: if it dies later the block is
// told as an orphan, although the cell leads to it. Memory that holds a Cell must
// not be freed while a user that died inside such a call is not recovered
// (Recover makes sure). ErrInvalid for an offset where no Cell can be, otherwise
// as Malloc. Not in IRIX.
func (a *Arena) MallocTo(cell Offset, n uint64) (Offset, error) {
	if a.heap == nil {
		return 0, a.refusal
	}
	return a.heap.MallocTo(cell, n)
}

// ReallocTo makes the block that the Cell at off leads to n bytes long, as
// Realloc does, and stores where it is by then, in one step as MallocTo. A cell
// that holds nil is MallocTo; n == 0 is FreeFrom. If others change the cell
// meanwhile it is ErrBusy and nothing has happened. Not in IRIX.
func (a *Arena) ReallocTo(cell Offset, n uint64) (Offset, error) {
	if a.heap == nil {
		return 0, a.refusal
	}
	return a.heap.ReallocTo(cell, n)
}

// FreeFrom frees the block that the Cell at off leads to and stores nil there, in
// one step as MallocTo. A cell that holds nil is fine. Others that took the block
// out of the cell before must not free it as well. Errors as Free, and then
// nothing has changed. Not in IRIX.
func (a *Arena) FreeFrom(cell Offset) error {
	if a.heap == nil {
		return a.refusal
	}
	return a.heap.FreeFrom(cell)
}

// LoadCell is where the Cell at off leads to, for those who know no type of it.
// It panics where Bytes does, and with ErrInvalid for an offset where no Cell can
// be.
func (a *Arena) LoadCell(cell Offset) (p Offset) {
	if cell%8 != 0 {
		panic(errs.Wrap(errs.Invalid, "load cell", "%s: a cell begins at a multiple of 8, %#x is none", a.name, cell))
	}
	a.mustGuard("load cell", func() { p = (*Cell[byte])(a.at(cell, 8)).Load().off })
	return p
}

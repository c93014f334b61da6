package alloc

import (
	"sync/atomic"

	"usarena/internal/errs"
	"usarena/internal/fault"
	"usarena/internal/layout"
)

// The three operations on cells change two things: a block and the cell that
// leads to it. The intent in a lane says what was to be done, the tag in the
// cell's word whether it was, so whoever recovers a dead user ends it the one way
// or the other. See intent.go for the steps.

// MallocTo allocates n bytes and stores their offset in the cell at off, which
// must hold nil, else ErrBusy. Killed anywhere, either both have happened or
// nothing has, once this user is recovered. Content and other errors as Malloc's;
// ErrInvalid for an offset that no cell can have. Memory that holds a cell must
// not be freed before users that died inside such a call are recovered.
func (h *Heap) MallocTo(cell, n uint64) (uint64, error) {
	return h.toCell("malloc to", layout.LaneMalloc, cell, n)
}

// ReallocTo gives the block that the cell at off leads to room for n bytes, as
// Realloc does, and stores where it is. Of nil it is MallocTo; n 0 is FreeFrom.
// ErrBusy if others change the cell meanwhile: then nothing has happened.
func (h *Heap) ReallocTo(cell, n uint64) (uint64, error) {
	if n == 0 {
		return 0, h.FreeFrom(cell)
	}
	return h.toCell("realloc to", layout.LaneRealloc, cell, n)
}

func (h *Heap) toCell(op string, what uint8, cell, n uint64) (_ uint64, err error) {
	if err := h.begin(op); err != nil {
		return 0, err
	}
	defer h.end(op, &err, fault.Arm())
	w, err := h.cellAt(op, cell)
	if err != nil {
		return 0, err
	}
	old := layout.CellWord(w.Load()).Offset()
	var b block
	switch {
	case old == 0:
		what = layout.LaneMalloc
	case what == layout.LaneMalloc:
		return 0, h.cellBusy(op, cell, old)
	default:
		if b, err = h.find(op, old); err != nil {
			return 0, err
		}
		if h.inPlace(b, n) {
			return old, nil
		}
	}
	in := h.intend(what, cell, w)
	defer h.lanes.Put(in.id)
	in.at.Args[argOld].Store(old)
	fresh, err := h.copied(op, &in, b, old, n)
	if err != nil {
		return 0, err
	}
	if !h.exchange(&in, w, old, fresh) {
		h.drop(&in, fresh)
		return 0, h.cellBusy(op, cell, layout.CellWord(w.Load()).Offset())
	}
	if old != 0 {
		h.drop(&in, old)
	} else {
		in.idle()
	}
	return fresh, nil
}

// copied allocates n bytes for an intent, with the content of the old block if
// there is one.
func (h *Heap) copied(op string, in *intent, b block, old, n uint64) (uint64, error) {
	var from []byte
	if old != 0 {
		var err error
		if from, err = h.seen(op, old, min(n, b.size)); err != nil {
			return 0, err
		}
	}
	fresh, err := h.malloc(n, in)
	if err == nil {
		copy(h.bytes(fresh, uint64(len(from))), from)
	}
	return fresh, err
}

// FreeFrom frees the block that the cell at off leads to and stores nil there. Of
// nil it does nothing. Killed anywhere, either both have happened or nothing has,
// once this user is recovered. Errors as Free's change nothing.
func (h *Heap) FreeFrom(cell uint64) (err error) {
	const op = "free from"
	if err := h.begin(op); err != nil {
		return err
	}
	defer h.end(op, &err, fault.Arm())
	w, err := h.cellAt(op, cell)
	if err != nil {
		return err
	}
	in := h.intend(layout.LaneFree, cell, w)
	defer h.lanes.Put(in.id)
	for {
		old := layout.CellWord(w.Load()).Offset()
		if old == 0 {
			in.idle()
			return nil
		}
		if _, err := h.find(op, old); err != nil {
			if layout.CellWord(w.Load()).Offset() != old { // freed by who changed it
				continue
			}
			in.idle()
			return err
		}
		in.at.Args[argOld].Store(old) // model: M4. Nothing is committed: an armed lane may learn of another block
		in.arm()
		if h.exchange(&in, w, old, 0) {
			h.drop(&in, old)
			return nil
		}
	}
}

// cellAt is the word of the cell at off.
func (h *Heap) cellAt(op string, off uint64) (*atomic.Uint64, error) {
	if off%8 != 0 {
		return nil, errs.Wrap(errs.Invalid, op, "%s: a cell begins at a multiple of 8, %#x is none", h.name, off)
	}
	p := h.r.Pointer(off, 8)
	if p == nil {
		if page := (off - h.dataOff) >> layout.PageShift; off >= h.dataOff && page < h.r.Committed() {
			return nil, h.outside(op, off)
		}
		return nil, errs.Wrap(errs.Invalid, op, "%s: no cell can be at %#x, data is %#x to %#x", h.name, off, h.dataOff, h.r.OffsetOf(h.r.Visible()))
	}
	return (*atomic.Uint64)(p), nil
}

func (h *Heap) cellBusy(op string, cell, holds uint64) error {
	return errs.Wrap(errs.Busy, op, "%s: the cell at %#x holds %#x", h.name, cell, holds)
}

package torture

import (
	"fmt"

	"usarena/arena"
)

// mayGo says that a block in the book may have been freed although nobody took
// it out of there: by FreeFrom, through a cell that anybody uses.
func mayGo(e entry) bool { return e&inCell != 0 }

// shared does something with a cell that anybody uses at the same time.
func (h *hand) shared(i int) error {
	switch c := h.r.IntN(cells); {
	case h.r.IntN(4) == 0:
		h.begin(freeingFrom)
		return h.a.FreeFrom(sharedCell(h.root, c))
	case h.lane.Held[i].Load() != 0:
		return h.publish(i, &h.b.Cells[c])
	default:
		return h.fetch(i, &h.b.Cells[c])
	}
}

// publish puts a block into a cell, for others.
func (h *hand) publish(i int, c *arena.Cell[block]) error {
	if c.Load().Offset() != 0 {
		return nil
	}
	off := h.lane.Held[i].Load()
	at := h.l.at(off)
	e := entry(at.Load())
	h.lane.Off.Store(off)
	h.lane.Entry.Store(uint64(e))
	h.begin(publishing)
	p, err := arena.At[block](h.a, off)
	if err != nil {
		return err
	}
	at.Store(uint64(e | inCell))
	if !c.CompareAndSwap(arena.Ptr[block]{}, p) {
		at.Store(uint64(e))
		return nil
	}
	h.lane.Held[i].Store(0)
	return nil
}

// fetch takes a block out of a cell.
func (h *hand) fetch(i int, c *arena.Cell[block]) error {
	p := c.Load()
	if p.Offset() == 0 {
		return nil
	}
	h.lane.Off.Store(p.Offset())
	h.lane.Entry.Store(0) // known once the block is ours
	h.begin(fetching)
	if !c.CompareAndSwap(p, arena.Ptr[block]{}) {
		return nil
	}
	at := h.l.at(p.Offset())
	e := entry(at.Load()) &^ inCell
	at.Store(uint64(e))
	h.lane.Held[i].Store(p.Offset())
	return e.intact(h.a, p.Offset())
}

// own does something with a cell that this lane has to itself for that long: then
// the book can tell what must be in it. The one before may have been killed.
func (h *hand) own() error {
	c := h.r.IntN(ownCells)
	if !h.l.Claims[c].CompareAndSwap(0, h.id) {
		return nil
	}
	defer h.l.Claims[c].Store(0)
	h.lane.Cell.Store(uint64(c))
	h.lane.Use.Store(h.l.Uses[c].Add(1))
	cell := ownCell(h.root, c)
	off := h.a.LoadCell(cell)
	if off == 0 {
		return h.mallocTo(cell)
	}
	e := entry(h.l.at(off).Load()) // 0: it was in the hand of one that was killed
	if mayGo(e) {                  // of an earlier block there
		e = 0
	}
	h.lane.Off.Store(off)
	h.lane.Entry.Store(uint64(e))
	if e != 0 {
		if err := e.intact(h.a, off); err != nil {
			return err
		}
		if h.r.IntN(2) == 0 {
			return h.reallocTo(cell, off, e)
		}
	}
	h.begin(freeingFromOwn)
	h.l.at(off).Store(0)
	if err := h.a.FreeFrom(cell); err != nil {
		return err
	}
	return h.holds(cell, 0)
}

// holds says what is wrong if a cell of this lane holds anything else.
func (h *hand) holds(cell, want arena.Offset) error {
	if got := h.a.LoadCell(cell); got != want {
		return fmt.Errorf("the cell at %#x leads to %#x, not to %#x", cell, got, want)
	}
	return nil
}

func (h *hand) mallocTo(cell arena.Offset) error {
	n := h.size()
	h.lane.Size.Store(n)
	h.begin(allocatingTo)
	off, err := h.a.MallocTo(cell, n)
	if err != nil {
		return h.full(err)
	}
	if err := h.holds(cell, off); err != nil {
		return err
	}
	return h.enterBlock(fillingTo, off, n, h.user)
}

func (h *hand) reallocTo(cell, off arena.Offset, e entry) error {
	n := max(h.size(), 1)
	h.lane.Size.Store(n)
	h.begin(resizingTo)
	h.l.at(off).Store(0)
	to, err := h.a.ReallocTo(cell, n)
	if err != nil {
		h.l.at(off).Store(uint64(e)) // the block is as it was
		return h.full(err)
	}
	if err := h.holds(cell, to); err != nil {
		return err
	}
	if err := e.verify(h.a, to, off, n); err != nil {
		return fmt.Errorf("to %d bytes: %w", n, err)
	}
	user := h.user
	if to == off {
		user = e.user()
	}
	return h.enterBlock(fillingTo, to, n, user)
}

package torture

import "usarena/arena"

// mayGo says that a block in the book may have been freed although nobody took
// it out of there: through a cell.
func mayGo(entry) bool { return false }

// publish puts a block into a cell, for others.
func (h *hand) publish(i int) error {
	c := &h.b.Cells[h.r.IntN(cells)]
	if c.Load().Offset() != 0 {
		return nil
	}
	off := h.lane.Held[i].Load()
	at := h.l.at(off)
	e := entry(at.Load())
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
func (h *hand) fetch(i int) error {
	c := &h.b.Cells[h.r.IntN(cells)]
	p := c.Load()
	if p.Offset() == 0 {
		return nil
	}
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

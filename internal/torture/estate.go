package torture

import (
	"context"
	"errors"

	"usarena/arena"
	"usarena/info"
)

// estate is what an account found that is nobody's any more.
type estate struct {
	orphan    map[uint64]bool // every block of the book: whether it is an orphan
	strangers []info.Block
}

// settle frees or keeps what no living lane holds and no cell leads to.
func (s *storm) settle() {
	claimed := s.claims()
	s.each(func(off uint64, e entry) {
		if claimed[off] || off == s.root.Offset() {
			return
		}
		if s.estate.orphan[off] {
			s.Left++
			if s.rnd.IntN(3) == 0 && s.keep(off, e) {
				return
			}
		}
		s.discard(off, e)
	})
	through := s.inOwn()
	for _, b := range s.estate.strangers {
		var err error
		if i, ok := through[b.Offset]; ok {
			err = s.a.FreeFrom(ownCell(s.root.Offset(), i))
		} else {
			err = s.a.Free(b.Offset)
		}
		if err != nil {
			s.bad("free of what a killed one had in hand: %v", err)
		}
	}
}

// keep makes an orphan an ordinary block of the arena, which goes on as nobody's.
func (s *storm) keep(off uint64, e entry) bool {
	if err := s.a.Keep(off); err != nil {
		s.bad("keep: %v", err)
		return false
	}
	s.l.at(off).Store(uint64(e.of(0)))
	if err := s.a.Keep(off); !errors.Is(err, arena.ErrInvalid) {
		s.bad("keep of a block that is kept already: %v", err)
	}
	return true
}

// discard frees a block of the book.
func (s *storm) discard(off uint64, _ entry) {
	s.l.at(off).Store(0)
	if err := s.a.Free(off); err != nil {
		s.bad("free of a block that is nobody's: %v", err)
	}
}

// inOwn are the blocks that lanes' own cells lead to.
func (s *storm) inOwn() map[uint64]int {
	all := map[uint64]int{}
	for i := range s.b.Own {
		if off := s.b.Own[i].Load().Offset(); off != 0 {
			all[off] = i
		}
	}
	return all
}

// claims are the blocks that a living lane holds or a cell leads to.
func (s *storm) claims() map[uint64]bool {
	all := map[uint64]bool{}
	claim := func(off uint64, who string) {
		if off == 0 {
			return
		}
		if all[off] {
			s.bad("the block at %#x is held twice, the second time by %s", off, who)
		}
		if at := s.l.at(off); at == nil || at.Load() == 0 {
			s.bad("%s leads to %#x, where the book has no block", who, off)
		}
		all[off] = true
	}
	for i := range s.seats {
		if s.seats[i].proc == nil {
			continue
		}
		for k := range lanes {
			for h := range heldMax {
				claim(s.l.Seats[i].Lanes[k].Held[h].Load(), "a lane")
			}
		}
	}
	for i := range s.b.Cells {
		claim(s.b.Cells[i].Load().Offset(), "a cell")
	}
	strange := map[uint64]bool{}
	for _, b := range s.estate.strangers {
		strange[b.Offset] = true
	}
	for i := range s.b.Own {
		if off := s.b.Own[i].Load().Offset(); !strange[off] {
			claim(off, "a lane's own cell")
		}
	}
	return all
}

// objectsAtRest uses what processes share once, when nobody does: a lock that a
// dead owner left, units and readers that died.
func (s *storm) objectsAtRest() {
	ctx, cancel := context.WithTimeout(context.Background(), long)
	defer cancel()
	h := &hand{l: s.l, lane: &s.l.Killer, a: s.a, b: s.b, objects: s.objects, r: s.rnd}
	for _, f := range []func(context.Context) error{h.locked, h.read, h.write, h.unit} {
		if err := f(ctx); err != nil {
			s.bad("with nobody at work: %s: %v", phaseNames[h.lane.Phase.Load()], err)
		}
		h.end()
	}
	if v, err := s.sema.Value(); err != nil || v != units {
		s.bad("the semaphore has %d units of %d (%v)", v, units, err)
	}
	if ok, err := s.lock.TryLock(0); !ok {
		s.bad("the lock that nobody holds cannot be had: %v", err)
	} else if err := s.lock.Unlock(); err != nil {
		s.bad("unlock: %v", err)
	}
}

// tolds is how often somebody was told of a dead owner, ever.
func (s *storm) tolds() uint32 {
	n := s.l.Killer.Told.Load()
	for i := range s.l.Seats {
		for k := range lanes {
			n += s.l.Seats[i].Lanes[k].Told.Load()
		}
	}
	return n
}

// objectPages is at most what pages of freed objects take: they stay such pages.
const objectPages = 64 << 10

// finish empties an arena that everybody has left, and looks whether everything
// is there.
func (s *storm) finish() {
	for i := range s.b.Cells {
		s.b.Cells[i].Store(arena.Ptr[block]{})
	}
	for i := range s.b.Own {
		if off := s.b.Own[i].Load().Offset(); off != 0 {
			s.l.at(off).Store(0)
		}
		if err := s.a.FreeFrom(ownCell(s.root.Offset(), i)); err != nil {
			s.bad("free from a cell: %v", err)
		}
	}
	s.each(func(off uint64, e entry) {
		if off != s.root.Offset() {
			s.discard(off, e)
		}
	})
	told, by := int(s.tolds()-s.told), &s.inBout
	if told < by[inside] || told > by[inside]+by[locking]+by[unlocking] {
		s.bad("%d owners were killed inside the lock, at most %d with it; %d were told", by[inside], by[inside]+by[locking]+by[unlocking], told)
	}
	if err := s.free(); err != nil {
		s.bad("objects: %v", err)
	}
	arena.CasRoot(s.a, s.root, arena.Ptr[board]{})
	s.discard(s.root.Offset(), 0)
	st := s.a.Stats()
	if st.LiveBytes != 0 {
		s.bad("%d bytes are live although everything was freed", st.LiveBytes)
	}
	if st.LargestFree+objectPages < st.FreeBytes {
		s.bad("only %d of %d free bytes are in a row although everything was freed", st.LargestFree, st.FreeBytes)
	}
	p, err := s.a.Malloc(st.LargestFree)
	if err == nil {
		err = s.a.Free(p)
	}
	if err != nil {
		s.bad("the whole arena, %d bytes, cannot be allocated as one block: %v", st.LargestFree, err)
	}
	for _, f := range s.a.Check().Findings {
		s.bad("check of the empty arena: %s at %#x: %s", f.Kind, f.Offset, f.Detail)
	}
}

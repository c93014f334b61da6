package torture

import (
	"context"

	"usarena/arena"
)

// objectsAtRest uses what processes share once, when nobody does: a lock that a
// dead owner left, units and readers that died.
func (s *storm) objectsAtRest() {
	h := &hand{l: s.l, lane: &s.l.Killer, a: s.a, b: s.b, objects: s.objects, r: s.rnd}
	for _, f := range []func(context.Context) error{h.locked, h.read, h.write, h.unit} {
		ctx, cancel := context.WithTimeout(context.Background(), long)
		err := f(ctx)
		cancel()
		if err != nil {
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
	s.each(func(off uint64, _ entry) {
		if off != s.root.Offset() {
			s.discard(off)
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
	s.discard(s.root.Offset())
	s.empty()
}

// empty looks whether everything is there of an arena in which nothing is live:
// all that it may ever have fits one block. Whoever asks for so much makes its last
// spans free pages: those that somebody was killed about to free, and our own, with
// what others' deaths left there.
func (s *storm) empty() {
	p, err := s.a.Malloc(s.most - objectPages)
	if err == nil {
		err = s.a.Free(p)
	}
	if err != nil {
		s.bad("of %d bytes that the arena may have, %d cannot be allocated as one block although everything was freed: %v", s.most, s.most-objectPages, err)
	}
	st := s.a.Stats()
	if st.LiveBytes != 0 {
		s.bad("%d bytes are live although everything was freed", st.LiveBytes)
	}
	if st.LargestFree+objectPages < st.FreeBytes {
		s.bad("only %d of %d free bytes are in a row although everything was freed", st.LargestFree, st.FreeBytes)
	}
	for _, f := range s.a.Check().Findings {
		s.bad("check of the empty arena: %s at %#x: %s", f.Kind, f.Offset, f.Detail)
	}
}

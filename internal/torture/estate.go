package torture

import (
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
		s.discard(off)
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

// discard frees a block of the book. Now and then it does so twice: while nobody
// allocates, that must be refused and change nothing.
func (s *storm) discard(off uint64) {
	e := entry(s.l.at(off).Swap(0))
	if err := s.a.Free(off); err != nil {
		s.bad("free of a block that is nobody's (%v %s; from a cell: %v; reclaiming: %v): %v", e, s.wrongUser(info.Block{}, e.user()), mayGo(e), s.reclaim, err)
	}
	if s.rnd.IntN(4) > 0 {
		return
	}
	if err := s.a.Free(off); !errors.Is(err, arena.ErrDoubleFree) && !errors.Is(err, arena.ErrNotAllocated) {
		s.bad("%#x can be freed twice: %v", off, err)
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

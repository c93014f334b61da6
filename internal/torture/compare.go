package torture

import (
	"fmt"
	"slices"

	"usarena/info"
)

// compare goes over arena and book side by side.
func (s *storm) compare() error {
	blocks, err := s.look()
	if err != nil {
		return err
	}
	if !s.reclaim {
		s.orphans(blocks)
	}
	var strangers []info.Block
	s.estate.orphan = map[uint64]bool{}
	s.undead()
	cells := s.inCells()
	s.each(func(off uint64, e entry) {
		for len(blocks) > 0 && blocks[0].Offset < off {
			strangers = append(strangers, blocks[0])
			blocks = blocks[1:]
		}
		if len(blocks) == 0 || blocks[0].Offset != off {
			s.missing(off, e)
			return
		}
		if s.reclaimed(e.user()) && blocks[0].Orphan { // it goes when the span's owner looks
			s.l.at(off).Store(0)
		} else if mayGo(e) && !cells[off] { // the entry may be that of an earlier block
			s.l.at(off).Store(0)
			strangers = append(strangers, blocks[0])
		} else {
			s.agree(blocks[0], e)
			s.estate.orphan[off] = blocks[0].Orphan
		}
		blocks = blocks[1:]
	})
	strangers = append(strangers, blocks...)
	s.estate.strangers = slices.DeleteFunc(strangers, func(b info.Block) bool { return s.reclaim && b.Orphan })
	s.explain(s.estate.strangers)
	return nil
}

// inCells are the blocks that cells lead to which anybody uses.
func (s *storm) inCells() map[uint64]bool {
	all := map[uint64]bool{}
	for i := range s.b.Cells {
		all[s.b.Cells[i].Load().Offset()] = true
	}
	return all
}

// missing notes a block of the book that the arena has not got.
func (s *storm) missing(off uint64, e entry) {
	if !mayGo(e) && !s.reclaimed(e.user()) {
		s.bad("%v at %#x is lost", e, off)
	}
	s.l.at(off).Store(0)
}

// undead finds users that live although recovery freed a block of theirs.
func (s *storm) undead() {
	for i := range s.seats {
		if u := s.l.Seats[i].Lanes[lanes-1].User.Load(); s.seats[i].proc != nil && u != 0 && s.l.fate(u).Load()&doomed != 0 {
			s.bad("a block of %s was given to others, and it was not killed", userName(u))
		}
	}
}

// reclaimed says that recovery frees what a user had.
func (s *storm) reclaimed(user uint32) bool {
	f := s.l.fate(user).Load() &^ doomed
	return s.reclaim && (f == killed || f == killedDeparting)
}

// agree compares a block of the arena with its entry.
func (s *storm) agree(b info.Block, e entry) {
	if b.Size < e.size() {
		s.bad("%v at %#x has %d bytes", e, b.Offset, b.Size)
		return
	}
	if b.Offset != s.root.Offset() {
		if err := e.intact(s.a, b.Offset); err != nil {
			s.bad("%v", err)
		}
	}
	if wrong := s.wrongUser(b, e.user()); wrong != "" {
		s.bad("%v at %#x: %s: %+v", e, b.Offset, wrong, b)
	}
}

// wrongUser says what is wrong with whose a block is; "" nothing.
func (s *storm) wrongUser(b info.Block, user uint32) string {
	fate := gone
	if user != 0 {
		fate = s.l.fate(user).Load() &^ doomed
	}
	named := userOf(b.Slot, b.Gen) == user
	held, kept, orphan := b.Slot != 0 && named && !b.Orphan, b.Slot == 0 && !b.Orphan, b.Orphan && named
	switch {
	case fate == alive && held, fate == gone && kept, fate == killed && orphan, fate == killedDeparting && (orphan || kept):
		return ""
	}
	return fmt.Sprintf("of %s, which %s", userName(user), [...]string{"nobody knows", "lives", "is leaving", "has left", "was killed", "was killed while leaving"}[fate])
}

// each calls f for every entry of the book, in the order of offsets. f may remove
// it.
func (s *storm) each(f func(off uint64, e entry)) {
	for i := s.from / 16; i < min((s.from+s.size)/16, entries); i++ {
		if e := entry(s.l.Book[i].Load()); e != 0 {
			f(i*16, e)
		}
	}
}

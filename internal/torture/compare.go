package torture

import (
	"fmt"
	"io"
	"os"

	"usarena/info"
	"usarena/internal/layout"
)

// compare goes over arena and book side by side.
func (s *storm) compare() error {
	blocks, err := s.look()
	if err != nil {
		return err
	}
	s.orphans(blocks)
	var strangers []info.Block
	s.estate.orphan = map[uint64]bool{}
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
		if mayGo(e) && !cells[off] { // the entry may be that of an earlier block
			s.l.at(off).Store(0)
			strangers = append(strangers, blocks[0])
		} else {
			s.agree(blocks[0], e)
			s.estate.orphan[off] = blocks[0].Orphan
		}
		blocks = blocks[1:]
	})
	s.estate.strangers = append(strangers, blocks...)
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
	if !mayGo(e) {
		s.bad("%v at %#x is lost", e, off)
	}
	s.l.at(off).Store(0)
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
		fate = s.l.fate(user).Load()
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
	for i := s.from / 16; i < min((s.from+s.Total)/16, entries); i++ {
		if e := entry(s.l.Book[i].Load()); e != 0 {
			f(i*16, e)
		}
	}
}

// look lists all blocks and takes the arena's own sums.
func (s *storm) look() (blocks []info.Block, err error) {
	for b, err := range info.Walk(s.a.Name()) {
		if err != nil {
			return nil, err
		}
		blocks = append(blocks, b)
	}
	st := s.a.Stats()
	s.Free, s.Held, s.Kept, s.Orphaned = st.FreeBytes, st.HeldBytes, st.KeptBytes, st.OrphanBytes
	if err := s.measure(); err != nil {
		return nil, err
	}
	if sum := s.Free + s.Held + s.Kept + s.Orphaned; sum != s.Total {
		s.bad("%d free, %d held, %d kept and %d orphaned bytes make %d; the arena has %d", s.Free, s.Held, s.Kept, s.Orphaned, sum, s.Total)
	}
	var held, kept, orphaned uint64
	for _, k := range st.Objects {
		kept += k.Bytes
	}
	for _, b := range blocks {
		switch {
		case b.Orphan:
			orphaned += b.Size
		case b.Slot != 0:
			held += b.Size
		default:
			kept += b.Size
		}
	}
	if held != s.Held || kept != s.Kept || orphaned != s.Orphaned {
		s.bad("the blocks are %d held, %d kept and %d orphaned bytes, the sums %d, %d and %d", held, kept, orphaned, s.Held, s.Kept, s.Orphaned)
	}
	return blocks, nil
}

// orphans compares the list of orphans with those among the blocks.
func (s *storm) orphans(blocks []info.Block) {
	var listed []info.Block
	for u, off := range s.a.Orphans() {
		listed = append(listed, info.Block{Offset: off, Slot: u.Slot, Gen: u.Gen})
	}
	i := 0
	for _, b := range blocks {
		if !b.Orphan {
			continue
		}
		if i >= len(listed) || listed[i].Offset != b.Offset || listed[i].Slot != b.Slot || listed[i].Gen != b.Gen {
			s.bad("Orphans does not tell %+v", b)
			return
		}
		i++
	}
	if i < len(listed) {
		s.bad("Orphans tells %#x of %s, which is none", listed[i].Offset, userName(userOf(listed[i].Slot, listed[i].Gen)))
	}
}

// measure reads where an arena's data begins and how much of it exists, as its
// header says.
func (s *storm) measure() error {
	f, err := os.Open(s.a.Name())
	if err != nil {
		return err
	}
	defer f.Close()
	b := make([]byte, layout.HeaderSize)
	if _, err := io.ReadFull(f, b); err != nil {
		return err
	}
	h := layout.HeaderOf(b)
	g, err := layout.Verify(h, s.a.Name())
	s.from, s.Total = g.DataOff, h.Committed.Load()<<layout.PageShift
	return err
}

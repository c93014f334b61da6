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
	blocks, sums, err := s.look()
	if err != nil {
		return err
	}
	s.Total, s.Free, s.Held, s.Kept, s.Orphaned = sums.total, sums.free, sums.held, sums.kept, sums.orphaned
	if sum := s.Free + s.Held + s.Kept + s.Orphaned; sum != s.Total {
		s.bad("%d free, %d held, %d kept and %d orphaned bytes make %d; the arena has %d", s.Free, s.Held, s.Kept, s.Orphaned, sum, s.Total)
	}
	var strangers []info.Block
	s.estate.orphan = map[uint64]bool{}
	s.each(func(off uint64, e entry) {
		for len(blocks) > 0 && blocks[0].Offset < off {
			strangers = append(strangers, blocks[0])
			blocks = blocks[1:]
		}
		if len(blocks) == 0 || blocks[0].Offset != off {
			s.missing(off, e)
			return
		}
		s.agree(blocks[0], e)
		s.estate.orphan[off] = blocks[0].Orphan
		blocks = blocks[1:]
	})
	s.estate.strangers = append(strangers, blocks...)
	s.explain(s.estate.strangers)
	return nil
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
	if wrong := s.wrongUser(b, e.user()); strict && wrong != "" {
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
	end := min(s.a.Stats().Committed/16, entries)
	for i := uint64(0); i < end; i++ {
		if e := entry(s.l.Book[i].Load()); e != 0 {
			f(i*16, e)
		}
	}
}

// sums are the bytes of an arena.
type sums struct{ total, free, held, kept, orphaned uint64 }

// look lists all blocks and adds them up. Objects count as kept: nobody's.
func (s *storm) look() (blocks []info.Block, sum sums, err error) {
	st := s.a.Stats()
	sum.free = st.FreeBytes
	for _, k := range st.Objects {
		sum.kept += k.Bytes
	}
	for b, err := range info.Walk(s.a.Name()) {
		if err != nil {
			return nil, sum, err
		}
		blocks = append(blocks, b)
		switch {
		case b.Orphan:
			sum.orphaned += b.Size
		case b.Slot != 0:
			sum.held += b.Size
		default:
			sum.kept += b.Size
		}
	}
	sum.total, err = dataBytes(s.a.Name())
	return blocks, sum, err
}

// dataBytes is how much of an arena's data exists, as its header says.
func dataBytes(name string) (uint64, error) {
	f, err := os.Open(name)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	b := make([]byte, layout.HeaderSize)
	if _, err := io.ReadFull(f, b); err != nil {
		return 0, err
	}
	return layout.HeaderOf(b).Committed.Load() << layout.PageShift, nil
}

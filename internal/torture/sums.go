package torture

import (
	"usarena/info"
	"usarena/internal/backing"
	"usarena/internal/layout"
)

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
	s.Total = s.size
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
	if s.reclaim { // others free what the dead left at any time, also while this looks
		return blocks, nil
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
	n, err := backing.Parse(s.a.Name())
	if err != nil {
		return err
	}
	f, err := backing.Open(n, true)
	if err != nil {
		return err
	}
	defer f.Close()
	b := make([]byte, layout.HeaderSize)
	if _, err := f.ReadHeader(b); err != nil {
		return err
	}
	h := layout.HeaderOf(b)
	g, err := layout.Verify(h, s.a.Name())
	s.from, s.most, s.size = g.DataOff, g.MaxPages<<layout.PageShift, h.Committed.Load()<<layout.PageShift
	return err
}

// grew counts it if the arena has grown since the last look.
func (s *storm) grew() {
	before := s.size
	if err := s.measure(); err != nil {
		s.bad("the header: %v", err)
	}
	if before != 0 && s.size > before {
		s.Growths++
	}
}

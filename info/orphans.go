package info

import (
	"iter"

	"usarena/internal/layout"
	"usarena/internal/region"
)

// OrphansOf goes over the orphans of a mapped arena. Others may work meanwhile: an orphan is looked at twice, so that a block that was freed and
// issued again between the words that describe it is not taken for one.
func OrphansOf(r *region.Region) iter.Seq[Block] {
	return func(yield func(Block) bool) {
		m := guardedRegion(r)
		if m == nil {
			return
		}
		_ = m.blocks(func(b Block) bool {
			if !b.Orphan {
				return true
			}
			still := false
			// Lanes first: what one has dropped by then is seen in the second look.
			_ = m.guard(func() { still = !m.named(b.Offset) && m.again(b) })
			return !still || yield(b)
		})
	}
}

// again says that a block is what it was.
func (m *image) again(b Block) (same bool) {
	page := (b.Offset - m.geo.DataOff) >> layout.PageShift
	head := m.state(page)
	if head.Kind() == layout.Back && head.Distance() <= page {
		page -= head.Distance()
		head = m.state(page)
	}
	r := run{page: page, kind: head.Kind(), word: head}
	switch {
	case head.Kind() == layout.Large:
		r.pages = head.Len()
	case head.Kind() != layout.Span || head.Class() >= layout.Classes:
		return false
	default:
		r.pages = uint64(layout.ClassTable[head.Class()].Pages)
	}
	bits := m.blockBits(page)
	m.blocksOf(r, &bits, m.tenancy(page, head), func(x Block) bool {
		same = x == b
		return x.Offset < b.Offset
	})
	return same
}

// named says that an operation on a cell is about to do something with a block.
func (m *image) named(off uint64) bool {
	for id := range m.geo.Users * m.geo.Lanes {
		at := m.geo.LanesOff + id*layout.LaneSize
		switch layout.OpOf(m.word(at)) {
		case layout.LaneMalloc, layout.LaneRealloc, layout.LaneFree, layout.LaneDrop:
			for i := range uint64(laneArgs) {
				if i > 0 && m.word(at+offArgs+i*8)&^layout.LaneLarge == off { // the first one is the cell
					return true
				}
			}
		}
	}
	return false
}

package info

import (
	"iter"

	"usarena/internal/layout"
	"usarena/internal/region"
)

// OrphansOf goes over the orphans of a mapped arena. Others may work meanwhile: an
// orphan is looked at twice, so that a block that was freed and issued again
// between the words that describe it is not taken for one.
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
func (m *image) again(b Block) bool {
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
		return !r.objects() && m.first(r).by(m.tenantOfLarge(head)) == b
	case head.Kind() != layout.Span || head.Class() >= layout.Classes:
		return false
	}
	bits, x := m.blockBits(page), m.first(r)
	n := int((b.Offset - x.Offset) / x.Size)
	if i := n / 64; i >= layout.BitWords || bits.live(i)&inClass(layout.ClassTable[x.Class], i)>>(n%64)&1 == 0 {
		return false
	}
	x.Offset += uint64(n) * x.Size
	return x.by(m.tenantOf(m.tenancy(page, head), &bits, n/64, n%64)) == b
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

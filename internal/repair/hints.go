package repair

import (
	"sort"

	"usarena/info"
	"usarena/internal/layout"
)

// hints rebuilds what only speeds things up.
func (x *repairer) hints(row []claim) {
	x.chain(row)
	x.set(info.KindHint, offUsed, x.used, "pages in use")
	if high := x.d.word(offHigh); high < x.used || high > x.geo.MaxPages {
		x.set(info.KindHint, offHigh, x.used, "most pages in use")
	}
	x.set(info.KindHint, offRunIndex, 0, "no index of free runs")
	for i := range x.geo.Regions {
		off := x.geo.RegionsOff + i*layout.RegionSize
		dirty := uint32(0)
		if i<<x.geo.RegionShift < x.pages {
			dirty = 1
		}
		x.setHalf(info.KindHint, off+offDirty, dirty, "region %d is to be looked through", i)
		x.setHalf(info.KindHint, off+offDirty+4, 0, "lowest free page of region %d", i)
		x.setHalf(info.KindHint, off+offMost, 0, "longest free run of region %d is not known", i)
		for k, mask := range x.partial[i] {
			x.set(info.KindHint, off+offPartial+uint64(k)*8, mask, "classes with room in region %d", i)
		}
	}
}

// chain makes the chain of runs of objects lead to all of them, unless it does.
func (x *repairer) chain(row []claim) {
	runs := map[uint64]bool{}
	var pages []uint64
	for _, c := range row {
		if c.objects() {
			runs[c.page] = true
			pages = append(pages, c.page)
		}
	}
	left := len(runs)
	at := x.d.word(offObjects)
	for ; at != 0 && runs[at-1]; at = x.d.word(x.bitsOff(at-1) + offHint) {
		runs[at-1] = false
		left--
	}
	if at == 0 && left == 0 {
		return
	}
	place := offObjects
	for i := len(pages) - 1; i >= 0; i-- {
		x.set(info.KindHint, place, pages[i]+1, "chain of runs of objects")
		place = x.bitsOff(pages[i]) + offHint
	}
	x.set(info.KindHint, place, 0, "end of the chain of runs of objects")
}

// segmentAt is the segment that page is in.
func segmentAt(row []claim, page uint64) (claim, bool) {
	i := sort.Search(len(row), func(i int) bool { return row[i].end() > page })
	if i == len(row) || row[i].page > page {
		return claim{}, false
	}
	return row[i], true
}

// root reports a first datum that looks like an offset and leads to no block. It
// may be any value, so it stays as it is.
func (x *repairer) root(row []claim) {
	off := x.d.word(offRoot)
	if off < x.geo.DataOff || off >= x.geo.FileSize(x.geo.MaxPages) {
		return
	}
	if c, ok := segmentAt(row, (off-x.geo.DataOff)>>layout.PageShift); !ok || !x.liveAt(c, off) {
		x.lost(info.KindRoot, offRoot, "the first datum is %#x: if that is an offset, it leads to no block", off)
	}
}

// liveAt says that off is in a block of a segment.
func (x *repairer) liveAt(c claim, off uint64) bool {
	switch c.kind {
	case layout.Large:
		return true
	case layout.Span:
		class := layout.ClassTable[c.word.Class()]
		n := (off - x.dataOff(c.page)) / uint64(class.Size)
		b := x.bits(c.page)
		return n < uint64(class.Blocks) && b.a[n/64]>>(n%64)&1 != 0
	}
	return false
}

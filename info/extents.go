package info

import "github.com/google/btree"

// extents is a set of pages, kept as the stretches [page, end) that touch
// nothing. It proves by itself, whatever the walk believes, that runs neither
// overlap nor leave gaps; a sound arena is one stretch.
type extents struct{ tree *btree.BTreeG[extent] }

type extent struct{ page, end uint64 }

func newExtents() extents {
	return extents{btree.NewG(32, func(a, b extent) bool { return a.page < b.page })}
}

// add puts n pages into the set. If some are there already, twice is the first
// such page.
func (e extents) add(page, n uint64) (twice uint64, overlap bool) {
	x := extent{page, page + n}
	var touching []extent
	e.tree.DescendLessOrEqual(extent{page: page}, func(y extent) bool {
		if y.end >= x.page {
			touching = append(touching, y)
		}
		return false
	})
	e.tree.AscendRange(extent{page: page + 1}, extent{page: x.end + 1}, func(y extent) bool {
		touching = append(touching, y)
		return true
	})
	for _, y := range touching {
		if at := max(y.page, page); at < min(y.end, page+n) && !overlap {
			twice, overlap = at, true
		}
		x.page, x.end = min(x.page, y.page), max(x.end, y.end)
		e.tree.Delete(y)
	}
	e.tree.ReplaceOrInsert(x)
	return twice, overlap
}

// gaps calls f for each stretch below end that is not in the set.
func (e extents) gaps(end uint64, f func(page, n uint64)) {
	at := uint64(0)
	e.tree.Ascend(func(x extent) bool {
		if x.page > at {
			f(at, x.page-at)
		}
		at = x.end
		return true
	})
	if at < end {
		f(at, end-at)
	}
}

package picture

import "math/bits"

// cell is one mark.
type cell struct {
	pages  uint64        // pages in it
	by     [kinds]uint64 // how many of each kind
	used   float64       // pages in use, parts of spans counted as such
	class  float64       // sum of classes, a page each
	orphan bool
	run    Run // the run that fills all of it, if alone
	alone  bool
	odd    bool // neighbouring large blocks take turns
}

// grid is the heap in cells.
type grid struct {
	per   uint64 // pages a cell
	cols  uint64 // cells a row
	cells []cell
}

// newGrid sorts the runs into at most about cols*rows cells. cols is a power of
// two.
func newGrid(h *Heap, cols, rows uint64) *grid {
	g := &grid{per: 1, cols: cols}
	if want := cols * rows; h.Pages > want {
		g.per = 1 << bits.Len64((h.Pages-1)/want)
	}
	g.cells = make([]cell, (h.Pages+g.per-1)/g.per)
	odd := true
	for r := range h.Runs {
		if r.Kind == Large {
			odd = !odd
		}
		g.add(r, odd, h.Pages)
	}
	return g
}

// add sorts one run in, whatever it claims to be.
func (g *grid) add(r Run, odd bool, pages uint64) {
	end := min(r.Page+r.Pages, pages)
	for page := r.Page; page < end; {
		i := page / g.per
		stop := min((i+1)*g.per, end)
		n := stop - page
		c := &g.cells[i]
		c.alone = c.pages == 0 && (n == g.per || stop == pages)
		c.run, c.odd = r, odd
		c.pages += n
		c.by[r.Kind] += n
		c.used += float64(n) * r.full()
		c.class += float64(n) * float64(r.Class)
		c.orphan = c.orphan || r.Orphan
		page = stop
	}
}

// kind is what most of a cell's pages are; damage wins always, something in use
// over nothing when they are equal.
func (c *cell) kind() Kind {
	if c.by[Lost] > 0 {
		return Lost
	}
	best := Virgin
	for k := range kinds {
		if c.by[k] > 0 && c.by[k] >= c.by[best] {
			best = k
		}
	}
	return best
}

// meanClass is the class of the cell's spans, or their mean.
func (c *cell) meanClass() int {
	if n := c.by[Span]; n > 0 {
		return int(c.class / float64(n))
	}
	return 0
}

// full is how much of the cell is in use.
func (c *cell) full() float64 {
	if c.pages == 0 {
		return 0
	}
	return c.used / float64(c.pages)
}

// same says that two cells lie inside one run.
func (c *cell) same(d *cell) bool {
	return c.alone && d.alone && c.run.Page == d.run.Page
}

// borders is how many regions, a power of two, lie between two of the borders
// that are drawn: so many that at least rows rows do.
func (g *grid) borders(h *Heap, rows uint64) uint64 {
	n, want := uint64(1), rows*g.cols*g.per
	for n*h.RegionPages < want {
		n *= 2
	}
	return n
}

// regions calls f for the first cell of every n-th region.
func (g *grid) regions(h *Heap, n uint64, f func(cell uint64)) {
	for page := uint64(0); page < h.Pages; page += n * h.RegionPages {
		f(page / g.per)
	}
}

// pow2 is the greatest power of two that is at most n, at least 1.
func pow2(n uint64) uint64 {
	return 1 << (bits.Len64(max(n, 1)) - 1)
}

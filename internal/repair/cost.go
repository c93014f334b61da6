package repair

import "usarena/internal/layout"

// What contradictions cost. Of all rows of segments that cover the arena the
// cheapest one wins; only the order of these numbers matters.
const (
	costHead    = 60 // a strong word of a span, block or pending run inside
	costFree    = 50 // one of a free run inside; what a death under a lock leaves
	costShaken  = 5  // one of either that is contradicted itself
	costUnknown = 20 // a stretch that no word claims
	costBits    = 40 // a span of a user that cannot be, whose bits are nonsense too
	costCut     = 24 // a run ends before its word says
	costCont    = 24 // the rest of a freed block, though a block still claims it
	costClip    = 12 // a run would reach beyond what exists
	costOdd     = 10 // a word with bits that cannot be
	costJunk    = 4  // any other word inside
	costBack    = 2  // a page of a span that does not lead to its head
	costBusy    = 1  // what is normal inside while somebody holds the region's lock
)

// prepare adds up what the words inside a run say against it, so that a run is
// judged in one step whatever its length. Strong words whose own runs have strong
// words inside count less: of two that overlap, the one whose inside agrees wins.
func (x *repairer) prepare() {
	n := x.pages
	x.next = make([]uint32, n+2)
	x.heads, x.frees, x.junk = make([]uint32, n+1), make([]uint32, n+1), make([]uint32, n+1)
	for p := range n {
		w := x.state(p)
		h, f, j := uint32(0), uint32(0), uint32(0)
		switch {
		case w == 0:
		case !x.strong(w):
			j = 1
		case w.Kind() == layout.Free:
			f = costFree
		default:
			h = costHead
		}
		x.heads[p+1], x.frees[p+1], x.junk[p+1] = x.heads[p]+h, x.frees[p]+f, x.junk[p]+j
	}
	x.next[n], x.next[n+1] = uint32(n), uint32(n)
	for p := n; p > 0; p-- {
		x.next[p-1] = x.next[p]
		if x.strong(x.state(p - 1)) {
			x.next[p-1] = uint32(p - 1)
		}
	}
	x.shake()
}

// shake lowers what the contradicted ones of the strong words count.
func (x *repairer) shake() {
	n := x.pages
	heads, frees := make([]uint32, n+1), make([]uint32, n+1)
	for p := range n {
		h, f := x.heads[p+1]-x.heads[p], x.frees[p+1]-x.frees[p]
		if h+f > 0 {
			if c, ok := x.claimAt(p); !ok || c.cost >= costBits {
				h, f = min(h, costShaken), min(f, costShaken)
			}
		}
		heads[p+1], frees[p+1] = heads[p]+h, frees[p]+f
	}
	x.heads, x.frees = heads, frees
}

// judged adds to a claim what the words inside it say against it.
func (x *repairer) judged(c claim) claim {
	if c.kind == layout.Span {
		c.cost += x.insideSpan(c)
		return c
	}
	from, to := c.page+1, c.end()
	heads, frees, junk := x.heads[to]-x.heads[from], x.frees[to]-x.frees[from], x.junk[to]-x.junk[from]
	other := uint32(costJunk)
	if x.lock(c.page>>x.geo.RegionShift) != layout.LockFree { // what is absorbed or made may stand inside
		frees, other = frees/costFree*costBusy, costBusy
	}
	if c.kind == layout.Large || c.kind == layout.Pending {
		rp := x.geo.RegionPages()
		for q := (c.page/rp + 1) * rp; q < to; q += rp {
			if w := x.state(q); w.Kind() == layout.Cont && w.Distance() == q-c.page && junk > 0 {
				junk--
			} else if w == 0 {
				c.cost += costJunk
			}
		}
	}
	if c.kind == layout.Pending {
		for i := uint64(1); i < min(c.pages, layout.MaxSpanPages) && junk > 0; i++ {
			if x.state(c.page+i) == layout.BackTo(i) {
				junk--
			}
		}
	}
	c.cost += heads + frees + junk*other
	return c
}

func (x *repairer) insideSpan(c claim) (cost uint32) {
	for i := uint64(1); i < c.pages; i++ {
		p := c.page + i
		switch w := x.state(p); {
		case w == layout.BackTo(i):
		case !x.strong(w):
			cost += costBack
		default:
			cost += x.skipped(p)
		}
	}
	return cost
}

// skipped is what it costs to leave a page's word out of account.
func (x *repairer) skipped(p uint64) uint32 {
	return x.heads[p+1] - x.heads[p] + x.frees[p+1] - x.frees[p]
}

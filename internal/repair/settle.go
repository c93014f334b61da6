package repair

import "usarena/internal/layout"

// What was settled for a page, as bits: whether a segment that begins there is
// the claim of its word, if what comes before is known, and if it is not; and
// whether that claim is cut.
const (
	takeKnown = 1 << iota
	takeUnknown
	takeCut
)

// settle finds the cheapest row of segments, from the last page to the first: of
// each page, what the rest of the arena costs from there on.
func (x *repairer) settle() []claim {
	n := x.pages
	known, unknown := make([]uint32, n+1), make([]uint32, n+1) // cost, if an unknown stretch does not or does reach here
	choice := make([]uint8, n)
	for i := n; i > 0; i-- {
		p := i - 1
		best, cut, ok := x.cheapest(p, known)
		unknown[p] = unknown[i] + x.skipped(p)
		known[p] = costUnknown + unknown[p]
		if !ok {
			continue
		}
		if best <= known[p] {
			known[p], choice[p] = best, choice[p]|takeKnown
		}
		if best <= unknown[p] {
			unknown[p], choice[p] = best, choice[p]|takeUnknown
		}
		if cut {
			choice[p] |= takeCut
		}
	}
	return x.follow(choice)
}

// cheapest is the better one of the claim of p and the same cut short.
func (x *repairer) cheapest(p uint64, rest []uint32) (cost uint32, cut, ok bool) {
	c, ok := x.claimAt(p)
	if !ok {
		return 0, false, false
	}
	cost = c.cost + rest[c.end()]
	if short, can := x.cutAt(c); can {
		if other := short.cost + rest[short.end()]; other < cost {
			return other, true, true
		}
	}
	return cost, false, true
}

// follow makes the row of segments from what was settled.
func (x *repairer) follow(choice []uint8) (row []claim) {
	take := uint8(takeKnown)
	for p := uint64(0); p < x.pages; {
		if choice[p]&take == 0 {
			if n := len(row); n > 0 && row[n-1].kind == layout.Back {
				row[n-1].pages++
			} else {
				row = append(row, claim{kind: layout.Back, page: p, pages: 1, word: x.state(p)})
			}
			p, take = p+1, takeUnknown
			continue
		}
		c, _ := x.claimAt(p)
		if choice[p]&takeCut != 0 {
			c, _ = x.cutAt(c)
		}
		row = append(row, c)
		p, take = c.end(), takeKnown
	}
	return x.doubted(row)
}

// doubted makes the rest of a freed block unknown where the block may not have
// been freed: what comes before it, or what it leads back to, is unknown, or seems
// never to have been used.
func (x *repairer) doubted(row []claim) []claim {
	var out []claim
	for _, c := range row {
		last := len(out) - 1
		if c.kind == layout.Cont && last >= 0 && (unsure(out[last]) || x.unsureAt(out, c.page-c.word.Distance())) {
			c.kind = layout.Back
		}
		if c.kind == layout.Back && last >= 0 && out[last].kind == layout.Back {
			out[last].pages += c.pages
			continue
		}
		out = append(out, c)
	}
	return out
}

// unsure says that a block may have been where a segment is.
func unsure(c claim) bool { return c.kind == layout.Back || c.kind == layout.None || c.cut }

// unsureAt says that of the segment that page is in.
func (x *repairer) unsureAt(row []claim, page uint64) bool {
	c, ok := segmentAt(row, page)
	return ok && unsure(c)
}

package repair

import (
	"usarena/internal/layout"
)

// claim is what one word says about the pages from its own on. Kind None is a
// virgin stretch, Cont what a freed block has left at a region's beginning, Back
// pages that no believable word claims.
type claim struct {
	kind        layout.Kind
	page, pages uint64
	word        layout.State
	cost        uint32 // contradictions
	cut         bool   // shorter than the word says
}

func (c claim) end() uint64 { return c.page + c.pages }

func (c claim) objects() bool { return c.kind == layout.Large && c.word.IsObjects() }

// strong says that a word is in every bit what the head of a run can be. Bytes at
// random are so once in some thousand times.
func (x *repairer) strong(w layout.State) bool {
	switch n := w.Len(); w.Kind() {
	case layout.Free:
		return n > 0 && n <= x.geo.RegionPages() && w == layout.FreeRun(n)
	case layout.Pending:
		return n > 0 && n <= x.geo.MaxPages && w&^layout.Clean == layout.PendingRun(n)
	case layout.Large:
		if w.IsObjects() {
			return x.objectsFit(w)
		}
		return n > 0 && n <= x.geo.MaxPages && w&(layout.Owned|layout.Room) == 0 && x.userKnown(w)
	case layout.Span:
		return w.Class() < layout.Classes && x.userKnown(w)
	}
	return false
}

// near says that one bit makes a word strong. One that is further off says nothing
// that could be believed: its class, too, is any.
func (x *repairer) near(w layout.State) bool {
	for bit := range 64 {
		if v := w ^ 1<<bit; v.Kind() == w.Kind() && x.strong(v) {
			return true
		}
	}
	return false
}

// userKnown says that the user in a Large or Span word can be one.
func (x *repairer) userKnown(w layout.State) bool {
	switch slot := w.Slot(); {
	case slot > int(x.geo.Users):
		return false
	case slot == 0:
		return w&(layout.Owned|layout.Orphaned) == 0 && w.Gen() == 0
	}
	return w.Gen() != 0
}

func (x *repairer) objectsFit(w layout.State) bool {
	size, ok := layout.ObjectBytes(w.Gen())
	return ok && w == layout.ObjectRun(w.Len(), int(w.Gen())) && w.Len() == layout.ObjectPages(size)
}

// lengthOf is how many pages a strong word claims.
func (x *repairer) lengthOf(w layout.State) uint64 {
	if w.Kind() == layout.Span {
		return uint64(layout.ClassTable[w.Class()].Pages)
	}
	return w.Len()
}

// claimAt is what the word of page claims; ok is false where it claims nothing
// that could be.
func (x *repairer) claimAt(page uint64) (c claim, ok bool) {
	w := x.state(page)
	start := page &^ (x.geo.RegionPages() - 1)
	full := min(start+x.geo.RegionPages(), x.geo.MaxPages) - page
	stop := min(full, x.pages-page)
	c = claim{kind: w.Kind(), page: page, word: w, pages: w.Len()}
	if c.kind != layout.None && !x.strong(w) {
		c.cost = costOdd
	}
	most := stop
	switch c.kind {
	case layout.None:
		c.pages, ok = stop, w == 0
		return x.judged(c), ok
	case layout.Free, layout.Pending:
		// Such words have no more than a length: this one was a block's.
		if w != layout.FreeRun(c.pages) && w&^layout.Clean != layout.PendingRun(c.pages) {
			c.kind = layout.Large
		}
		if c.kind == layout.Free && c.pages == full {
			c.pages = stop
		}
	case layout.Large:
		if w.IsObjects() {
			if c = x.objectsAt(c); c.objects() && c.pages > x.pages-page {
				return c, false
			}
		}
	case layout.Span:
		if w.Class() >= layout.Classes {
			return c, false
		}
		if c.pages = uint64(layout.ClassTable[w.Class()].Pages); c.pages > stop {
			return c, false
		}
		if c.cost > 0 && (!x.near(w) || !x.plausibleBits(c)) {
			c.cost = costBits
		}
	case layout.Cont:
		if page != start || w.Distance() == 0 || w.Distance() > page || w.Here() == 0 || w.Here() > full || w != layout.ContOf(w.Distance(), w.Here()) {
			return c, false
		}
		c.pages, c.cost = w.Here(), 0
		if h := x.state(page - w.Distance()); (h.Kind() == layout.Large || h.Kind() == layout.Pending) && h.Len() > w.Distance() {
			c.cost = costCont
		}
	default:
		return c, false
	}
	if c.kind == layout.Large || c.kind == layout.Pending {
		most = x.pages - page
	}
	if c.pages == 0 {
		return c, false
	}
	if c.pages > most {
		c.pages, c.cost, c.cut = most, c.cost+costClip, true
	}
	return x.judged(c), true
}

// cutAt is the claim of page shortened to where the next strong word stands.
func (x *repairer) cutAt(c claim) (claim, bool) {
	next := uint64(x.next[c.page+1])
	if next >= c.end() || c.kind == layout.None || c.kind == layout.Span || c.objects() {
		return c, false
	}
	short := claim{kind: c.kind, page: c.page, pages: next - c.page, word: c.word, cut: true}
	if !x.strong(c.word) && c.kind != layout.Cont {
		short.cost = costOdd
	}
	short = x.judged(short)
	short.cost += costCut
	return short, true
}

// objectsAt is the claim of a run of objects. Where length and size of the records
// contradict each other the size counts; where there is no such size, the objects
// are lost, and the pages stay as a block.
func (x *repairer) objectsAt(c claim) claim {
	if size, ok := layout.ObjectBytes(c.word.Gen()); ok {
		c.pages = layout.ObjectPages(size)
		c.word = layout.ObjectRun(c.pages, int(c.word.Gen()))
	} else {
		c.word = layout.LargeRun(c.pages, 0, 0)
	}
	return c
}

package repair

import (
	"usarena/info"
	"usarena/internal/layout"
)

func (x *repairer) stateOff(page uint64) uint64 { return x.geo.StatesOff + page*layout.StateSize }
func (x *repairer) dataOff(page uint64) uint64  { return x.geo.DataOff + page<<layout.PageShift }

func (x *repairer) state(page uint64) layout.State { return layout.State(x.d.word(x.stateOff(page))) }

func (x *repairer) setState(kind string, page uint64, w layout.State, format string, args ...any) {
	x.set(kind, x.stateOff(page), uint64(w), format, args...)
}

// write makes the words of all pages say what the row of segments says.
func (x *repairer) write(row []claim) {
	for _, c := range row {
		switch c.kind {
		case layout.None:
			x.clear(c.page, c.end())
		case layout.Free:
			x.free(c)
		case layout.Pending:
			x.setState(info.KindLength, c.page, layout.PendingRun(c.pages), "pending run")
			x.inside(c)
		case layout.Large:
			if x.state(c.page).IsObjects() && !c.objects() {
				x.lost(info.KindObject, x.dataOff(c.page), "objects in %d pages, whose size no word says: the pages are a block now", c.pages)
			}
			x.setState(info.KindOwner, c.page, x.largeWord(c), "block of %d pages", c.pages)
			x.inside(c)
			x.blocks(1, c.pages<<layout.PageShift, c.objects())
		case layout.Span:
			x.setState(info.KindOwner, c.page, x.spanWord(c), "span of class %d", c.word.Class())
			for i := uint64(1); i < c.pages; i++ {
				x.setState(info.KindBack, c.page+i, layout.BackTo(i), "page of the span at page %d", c.page)
			}
			x.countSpan(c)
		}
	}
	x.beyond()
}

// free writes a free segment: one that ends with its region or what exists may
// keep a word that reaches beyond, and none crosses a region's end.
func (x *repairer) free(c claim) {
	rp := x.geo.RegionPages()
	for p := c.page; p < c.end(); {
		end := min(c.end(), (p/rp+1)*rp)
		n := end - p
		if w := x.state(p); p == c.page && w.Kind() == layout.Free && w == c.word && !c.cut && p+n == x.pages && w.Len() == min((p/rp+1)*rp, x.geo.MaxPages)-p {
			n = w.Len()
		}
		x.setState(info.KindLength, p, layout.FreeRun(n), "free run")
		x.clear(p+1, end)
		p = end
	}
}

// inside writes the words of a block or a pending run after its first.
func (x *repairer) inside(c claim) {
	rp := x.geo.RegionPages()
	for p := c.page + 1; p < c.end(); p++ {
		switch w := x.state(p); {
		case p%rp == 0:
			x.setState(info.KindCont, p, layout.ContOf(p-c.page, min(rp, c.end()-p)), "region inside the run at page %d", c.page)
		case w != 0 && !(c.kind == layout.Pending && p-c.page < layout.MaxSpanPages && w == layout.BackTo(p-c.page)):
			x.setState(info.KindStale, p, 0, "inside the run at page %d", c.page)
		}
	}
}

// clear zeroes the words of pages [from, to).
func (x *repairer) clear(from, to uint64) {
	for p := from; p < to; p++ {
		x.setState(info.KindStale, p, 0, "nothing begins here")
	}
}

// beyond zeroes the words after what exists: growth would take them for runs.
func (x *repairer) beyond() {
	rp := x.geo.RegionPages()
	x.d.each(x.geo.StatesOff, layout.StateSize, x.pages, x.geo.MaxPages, func(p uint64) {
		if w := x.state(p); w != 0 && !(p == x.pages && w == layout.FreeRun(min((p/rp+1)*rp, x.geo.MaxPages)-p)) {
			x.setState(info.KindStale, p, 0, "the page does not exist yet")
		}
	})
}

// largeWord is the word of a block now that all users are gone: whose user was
// attached is an orphan.
func (x *repairer) largeWord(c claim) layout.State {
	w := c.word
	if c.objects() {
		return layout.ObjectRun(c.pages, int(w.Gen()))
	}
	slot, gen := w.Slot(), w.Gen()
	if slot < 1 || slot > int(x.geo.Users) || gen == 0 {
		return layout.LargeRun(c.pages, 0, 0)
	}
	return layout.LargeRun(c.pages, slot, gen) | layout.Orphaned
}

// blocks counts what is allocated.
func (x *repairer) blocks(n, bytes uint64, objects bool) {
	x.used += bytes >> layout.PageShift
	if !objects {
		x.report.Blocks += n
		x.report.Bytes += bytes
	}
}

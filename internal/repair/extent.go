package repair

import (
	"usarena/info"
	"usarena/internal/errs"
	"usarena/internal/layout"
)

// extent finds out how many pages exist, and makes the file long enough for them.
// The count in the header is believed if it is possible, no page of the file
// beyond it is in use, and the file has them all. A file that was cut off gets the
// pages back that complete the run at its end.
func (x *repairer) extent() error {
	g := x.geo
	if x.d.size <= g.DataOff {
		return x.nothingLeft()
	}
	stored := x.d.word(offCommitted)
	inFile := min((x.d.size-g.DataOff+layout.PageMask)>>layout.PageShift, g.MaxPages)
	sparse := x.head.Flags&layout.FlagNoReserve != 0
	first := max(1, g.PagesFor(x.head.Size)) // an arena never gets smaller
	x.pages = stored
	switch {
	case stored == 0 || stored > g.MaxPages:
		if x.pages = x.crossing(inFile, g.MaxPages); sparse { // the file is as long as it ever gets
			x.pages = x.usedEnd(0, x.pages)
		}
	case stored > inFile:
		x.pages = x.crossing(inFile, stored)
	default:
		x.pages = x.usedEnd(x.crossing(stored, inFile), inFile)
	}
	x.pages = max(x.pages, first)
	x.set(info.KindCommitted, offCommitted, x.pages, "pages that exist: the file has %d, the ceiling is %d", inFile, g.MaxPages)
	x.have = inFile
	if stored > x.pages && stored <= g.MaxPages {
		x.lost(info.KindTruncated, g.DataOff+x.pages<<layout.PageShift, "%d pages beyond the end of the file, with what was in them", stored-x.pages)
		x.lostBeyond(stored)
	}
	want := g.FileSize(x.pages)
	if sparse {
		want = g.FileSize(g.MaxPages)
	}
	if x.d.extend(want); !sparse {
		x.d.reserve(g.Pieces(0, x.pages)...)
	}
	return x.d.err
}

func (x *repairer) nothingLeft() error {
	return errs.Wrap(errs.Truncated, "repair", "%s: the file ends at %d, before the data, which begins at %d: nothing is left to save, restore a copy", x.name, x.d.size, x.geo.DataOff)
}

// usedEnd is where the last run in [from, to) ends that holds something, clipped;
// from if there is none.
func (x *repairer) usedEnd(from, to uint64) uint64 {
	end := from
	for p := from; p < to; p++ {
		if w := x.state(p); x.strong(w) && w.Kind() != layout.Free {
			end = max(end, min(p+x.lengthOf(w), to))
		}
	}
	return end
}

// crossing is where the run ends that lies across page at, if it ends at most there;
// at, if none does.
func (x *repairer) crossing(at, most uint64) uint64 {
	for p := at; p > 0; p-- {
		w := x.state(p - 1)
		if !x.strong(w) {
			continue
		}
		if end := p - 1 + x.lengthOf(w); w.Kind() != layout.Free && end > at && end <= most {
			return end
		}
		break
	}
	return at
}

// lostBeyond lists the blocks that lay beyond the end of the file.
func (x *repairer) lostBeyond(stored uint64) {
	for p := x.pages; p < stored; p++ {
		w := x.state(p)
		if !x.strong(w) || w.Kind() != layout.Large && w.Kind() != layout.Span {
			continue
		}
		x.lost(info.KindTruncated, x.dataOff(p), "%s of %d pages, beyond the end of the file", w.Kind(), x.lengthOf(w))
		p += x.lengthOf(w) - 1
	}
}

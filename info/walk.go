package info

import "usarena/internal/layout"

// run is what the walk steps over.
type run struct {
	page, pages uint64
	kind        layout.Kind // None: virgin. Free, Pending, Large, Span; Back: pages that no run claims
	word        layout.State
}

// walker goes over the pages of an image, region by region. Whatever the words
// say, every step moves on, and no run reaches beyond what is committed.
type walker struct {
	m    *image
	page uint64 // where the next head is expected
	end  uint64 // where the walk ends

	block run // the latest block that reaches into the next region
	bad   func(kind string, page uint64, w layout.State, format string, args ...any)
	busy  func(page uint64) bool // somebody changes the region of page, or died doing so
}

func newWalker(m *image) *walker {
	return &walker{
		m: m, end: m.pages,
		bad:  func(string, uint64, layout.State, string, ...any) {},
		busy: func(uint64) bool { return false },
	}
}

// next is the next run, or ok is false at the end.
func (w *walker) next() (r run, ok bool) {
	rp := w.m.geo.RegionPages()
	for w.page < w.end {
		start := w.page &^ (rp - 1)
		stop := min(start+rp, w.end)
		word := w.m.state(w.page)
		if w.page == start {
			if w.block.page+w.block.pages > start {
				w.reached(word, stop)
				continue
			}
			if word.Kind() == layout.Cont {
				return w.left(word, stop), true
			}
		}
		r := w.head(word, min(start+rp, w.m.geo.MaxPages), stop)
		if r.page+r.pages > stop {
			w.block = r
			w.page = stop
		} else {
			w.page = r.page + r.pages
		}
		return r, true
	}
	return run{}, false
}

// reached steps over the part of a region that the latest block takes, and
// compares the region's first word with it.
func (w *walker) reached(word layout.State, stop uint64) {
	back := w.page - w.block.page
	end := w.block.page + w.block.pages
	here := min(end, w.page+w.m.geo.RegionPages()) - w.page
	switch k := word.Kind(); {
	case k == layout.Free || k == layout.Pending || k == layout.Large || k == layout.Span:
		w.bad(KindOverlap, w.page, word, "a %s run begins inside the %s run of %d pages at page %d", k, w.block.kind, w.block.pages, w.block.page)
	case k != layout.Cont || word.Distance() != back:
		w.bad(KindCont, w.page, word, "%s where the run of %d pages at page %d goes on: distance %d expected", k, w.block.pages, w.block.page, back)
	case word.Here() != here && w.block.pages == w.block.word.Len() && !w.busy(w.page) && !w.busy(w.block.page):
		w.bad(KindCont, w.page, word, "the run at page %d takes %d pages of this region, the word says %d", w.block.page, here, word.Here())
	}
	w.page = min(end, stop)
}

// left is the free run that a block left in a region when it was freed.
func (w *walker) left(word layout.State, stop uint64) run {
	d, k := word.Distance(), word.Here()
	r := run{page: w.page, pages: k, kind: layout.Free, word: word}
	switch {
	case d == 0 || d > w.page || word>>62 != 0 || flags(word) != 0:
		w.bad(KindCont, w.page, word, "distance %d of page %d leads nowhere", d, w.page)
	case k == 0 || k > w.m.geo.RegionPages():
		w.bad(KindCont, w.page, word, "%d pages in a region of %d", k, w.m.geo.RegionPages())
	default:
		if h := w.m.state(w.page - d); (h.Kind() == layout.Large || h.Kind() == layout.Pending) && h.Len() > d {
			w.bad(KindCont, w.page, word, "page %d seems to belong to a %s run at page %d, which the walk does not meet", w.page, h.Kind(), w.page-d)
		}
		if r.page+k <= stop || r.page+k <= w.m.committed() {
			r.pages = min(k, stop-r.page)
			w.page += r.pages
			return r
		}
		w.bad(KindLength, w.page, word, "%d free pages at page %d, %d are committed", k, w.page, w.m.committed())
	}
	return w.resync(r)
}

// head is the run that begins at the current page. full is the region's end,
// stop the same or the end of what is committed.
func (w *walker) head(word layout.State, full, stop uint64) run {
	r := run{page: w.page, kind: word.Kind(), word: word}
	space := full - w.page
	switch r.kind {
	case layout.None:
		if word != 0 {
			w.bad(KindLost, w.page, word, "word %#x has no kind", uint64(word))
			return w.resync(r)
		}
		r.pages = stop - w.page
		return r
	case layout.Free:
		r.pages = word.Len()
		if r.pages == space { // up to its region's end, committed or not
			r.pages = stop - w.page
			return r
		}
	case layout.Pending, layout.Large:
		r.pages = word.Len()
		space = w.end - w.page
	case layout.Span:
		if word.Class() >= layout.Classes {
			w.bad(KindClass, w.page, word, "class %d, there are %d", word.Class(), layout.Classes)
			return w.resync(r)
		}
		r.pages = uint64(layout.ClassTable[word.Class()].Pages)
	default:
		w.bad(KindLost, w.page, word, "%s word where a run must begin", r.kind)
		return w.resync(r)
	}
	space = min(space, w.end-w.page)
	if r.pages > 0 && r.pages <= space {
		return r
	}
	// Growth during the look may have made the run legal; what lies beyond the
	// end of the look is left out.
	if r.pages > 0 && r.page+r.pages <= w.m.committed() && (r.kind == layout.Large || r.kind == layout.Pending || r.page+r.pages <= full) {
		r.pages = space
		return r
	}
	w.bad(KindLength, w.page, word, "%s run of %d pages, %d are possible", r.kind, r.pages, space)
	return w.resync(r)
}

// resync turns r into the pages that nothing claims, up to the next word that
// can begin a run or to the region's end, and moves there.
func (w *walker) resync(r run) run {
	rp := w.m.geo.RegionPages()
	stop := min((r.page+rp)&^(rp-1), w.end)
	next := r.page + 1
	for next < stop && !w.plausible(next) {
		next++
	}
	r.kind, r.pages = layout.Back, next-r.page
	w.page = next
	return r
}

// plausible says that a run may begin at page.
func (w *walker) plausible(page uint64) bool {
	word := w.m.state(page)
	switch word.Kind() {
	case layout.Free, layout.Pending, layout.Large:
		return word.Len() > 0 && word.Len() <= w.end-page
	case layout.Span:
		return word.Class() < layout.Classes
	}
	return false
}

// flags are the bits of a word that only Large and Span use.
func flags(w layout.State) layout.State {
	return w & (layout.Owned | layout.Orphaned | layout.Room)
}

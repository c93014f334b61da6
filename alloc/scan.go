package alloc

import "usarena/internal/layout"

// extent is a free run as a scan sees it. It ends at end in the words; only the
// pages below usable exist.
type extent struct{ page, end, usable uint64 }

func (e extent) pages() uint64 { return e.usable - e.page }

// bounds are the pages of region r: where it ends by geometry, and how much of
// it exists and can be seen.
func (h *Heap) bounds(r uint64) (from, end, usable uint64) {
	rp := h.r.Geo.RegionPages()
	from = r * rp
	end = min(from+rp, h.r.Geo.MaxPages)
	return from, end, max(from, min(end, h.r.Visible()))
}

// scan walks region r, whose lock the caller holds, joins what is free, and
// calls f for each free extent until f says stop. It begins at page start, if it
// can. It reports whether it came to the end; false is also nonsense in a word,
// which sets damage.
func (h *Heap) scan(r, start uint64, f func(e extent) (more bool)) bool {
	from, end, usable := h.bounds(r)
	var run extent // the free run being joined
	open := false
	flush := func() bool {
		if !open {
			return true
		}
		open = false
		run.usable = min(run.end, usable)
		return f(run)
	}
	for p := h.scanStart(start, from, usable); p < usable; {
		s := h.r.Load(p) // model: R8
		next, free, ok := h.step(p, from, end, s)
		if !ok {
			h.damage.Store(true)
			return false
		}
		if !free {
			if !flush() {
				return false
			}
			p = next
			continue
		}
		if s.Kind() == layout.Pending {
			if !h.join(p, s, next-p) {
				return false
			}
		}
		if !open {
			run, open = extent{page: p, end: next}, true
		} else {
			h.merge(&run, p, next)
		}
		p = next
	}
	return flush()
}

// step reads the word s of head p in the region [from, end): where the next head
// of the region is, and whether these pages are free.
func (h *Heap) step(p, from, end uint64, s layout.State) (next uint64, free, ok bool) {
	switch s.Kind() {
	case layout.None:
		return end, true, true
	case layout.Free:
		return p + s.Len(), true, s.Len() > 0 && s.Len() <= end-p
	case layout.Pending:
		return min(p+s.Len(), end), true, h.fits(p, s.Len())
	case layout.Large:
		return min(p+s.Len(), end), false, h.fits(p, s.Len())
	case layout.Span:
		if s.Class() >= layout.Classes {
			return 0, false, false
		}
		n := uint64(layout.ClassTable[s.Class()].Pages)
		return p + n, false, n <= end-p
	case layout.Cont:
		if d := s.Distance(); p == from && d > 0 && d <= p {
			if head := h.r.Load(p - d); covers(head, d) {
				return min(p-d+head.Len(), end), false, h.fits(p-d, head.Len())
			}
			return p + s.Here(), true, s.Here() > 0 && s.Here() <= end-p
		}
	}
	return 0, false, false
}

// covers reports that a run with this head reaches past distance d.
func covers(head layout.State, d uint64) bool {
	return (head.Kind() == layout.Large || head.Kind() == layout.Pending) && head.Len() > d
}

// fits bounds a length that was read.
func (h *Heap) fits(p, n uint64) bool { return n > 0 && n <= h.r.Geo.MaxPages-p }

// scanStart is where a scan may begin: at page start, if a head stands there (no
// page inside a run ever holds a head's word while its region's lock is kept),
// else at the region's first page.
func (h *Heap) scanStart(start, from, usable uint64) uint64 {
	if start > from && start < usable {
		switch h.r.Load(start).Kind() { // model: R7
		case layout.Free, layout.Pending, layout.Large, layout.Span:
			return start
		}
	}
	return from
}

// join makes a pending run of the region an ordinary free one; here is its part
// in this region. The parts in further regions become free with it.
func (h *Heap) join(p uint64, s layout.State, here uint64) bool {
	// Clipped because a length that is wrong may reach beyond what can be seen.
	for q := p + 1; q < min(p+min(here, layout.MaxSpanPages), h.r.Window); q++ {
		if h.r.Load(q) != 0 {
			h.store(q, 0) // model: R9
		}
	}
	if !h.cas(p, s, layout.FreeRun(here)) { // model: R10, commit
		return false
	}
	h.opened(p, s.Len())
	return true
}

// opened notes that what a run at p of n pages held in further regions became
// free there, from their first pages on.
func (h *Heap) opened(p, n uint64) {
	rp := h.r.Geo.RegionPages()
	for q := (p/rp + 1) * rp; q < p+n; q += rp {
		hint := h.r.Lock(q >> h.r.Geo.RegionShift)
		hint.Low.Store(0) // model: R11
		hint.Dirty.Store(1)
	}
}

// merge adds the free pages [p, next) to the run before them.
func (h *Heap) merge(run *extent, p, next uint64) {
	h.store(run.page, layout.FreeRun(next-run.page)) // model: R13, commit
	if h.r.Load(p) != 0 {
		h.store(p, 0) // model: R14
	}
	run.end = next
}

// store sets a state word that only the holder of a region's lock may change.
func (h *Heap) store(page uint64, s layout.State) { h.r.State(page).Store(uint64(s)) }

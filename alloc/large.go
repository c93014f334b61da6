package alloc

import "usarena/internal/layout"

// pagesFor is the number of pages of n bytes; ok is false on overflow.
func pagesFor(n uint64) (uint64, bool) {
	p := n>>layout.PageShift + (n&layout.PageMask+layout.PageMask)>>layout.PageShift
	return p, n <= layout.MaxArena
}

func (h *Heap) mallocLarge(n uint64, q ask) (uint64, error) {
	pages, ok := pagesFor(n)
	if !ok {
		return 0, h.noSpace(want{n: min(n>>layout.PageShift, 1<<40)}, nil)
	}
	w := want{pages, q.align, layout.LargeRun(pages, h.slot, h.gen), q.in}
	if q.align == 1 && h.stashes() {
		if p, ok := h.rounded(w); ok {
			return h.r.OffsetOf(p), nil
		}
	}
	p, err := h.allocRun(w)
	if err != nil {
		return 0, err
	}
	return h.r.OffsetOf(p), nil
}

// rounded gives a request one of the lengths that heaps remember, if that takes no
// more pages than the arena has.
func (h *Heap) rounded(w want) (page uint64, ok bool) {
	asked := w.n
	w.n = stashLength(asked)
	w.state = w.state.WithLen(w.n)
	if page, ok = h.fromStash(w); !ok && w.n > asked {
		h.makeRoom(w.n)
		page, ok = h.lookAgain(w)
	}
	return page, ok
}

// freeLarge frees a large block, whoever allocated it, by one compare-and-swap.
// Its owner's marks may change meanwhile, because its user closes or is recovered.
func (h *Heap) freeLarge(page uint64, s layout.State) bool {
	if !h.changeLarge(page, s, func(s layout.State) layout.State { return layout.PendingRun(s.Len()) }) { // model: R28, commit
		return false
	}
	h.freed(page, s.Len())
	return true
}

// changeLarge replaces the word of a large block for as long as it is that
// block, whatever else changes in it.
func (h *Heap) changeLarge(page uint64, s layout.State, to func(layout.State) layout.State) bool {
	for n := s.Len(); s.Kind() == layout.Large && s.Len() == n; s = h.r.Load(page) {
		if h.cas(page, s, to(s)) {
			return true
		}
	}
	return false
}

// extend grows the large block at p in place to n pages if what follows it in
// its region is free.
func (h *Heap) extend(p uint64, s layout.State, n uint64) bool {
	r, q := p>>h.r.Geo.RegionShift, p+s.Len()
	from, end, usable := h.bounds(r)
	if p+n > end {
		return false
	}
	if p+n > usable && q >= h.r.Committed() {
		h.grow(want{n: p + n - usable})
		from, end, usable = h.bounds(r)
	}
	if p+n > usable || !h.lock(r, false) { // model: R32
		return false
	}
	defer h.unlock(r)
	_, _, usable = h.bounds(r) // others may have carved what grew since
	run := extent{page: q, end: q}
	for run.end < p+n {
		t := h.r.Load(run.end) // model: R33
		next, free, ok := h.step(run.end, from, end, t)
		if !ok || !free {
			return false
		}
		if t.Kind() == layout.Pending && !h.join(run.end, t, next-run.end) {
			return false
		}
		if run.end == q {
			run.end = next
		} else {
			h.merge(&run, run.end, next)
		}
	}
	if rest := p + n; rest < min(run.end, usable) {
		h.store(rest, layout.FreeRun(run.end-rest)) // model: R34
	}
	if !h.changeLarge(p, s, func(s layout.State) layout.State { return s.WithLen(n) }) { // model: R35, commit
		if rest := p + n; rest < min(run.end, usable) {
			h.store(rest, 0)
		}
		return false
	}
	h.store(q, 0) // model: R36
	h.taken(n - s.Len())
	return true
}

// shrink gives back what the large block at p has beyond n pages: within the
// region where the block begins to the page, beyond it whole regions only.
func (h *Heap) shrink(p uint64, s layout.State, n uint64) {
	rp := h.r.Geo.RegionPages()
	r := p >> h.r.Geo.RegionShift
	_, end, usable := h.bounds(r)
	if p+n > end {
		n = (p+n+rp-1)&^(rp-1) - p
	}
	if n >= s.Len() || !h.lock(r, false) { // model: R37
		return
	}
	defer h.unlock(r)
	if rest := p + n; rest < usable { // below end, or a damaged length
		h.store(rest, layout.FreeRun(min(end, p+s.Len())-rest)) // model: R38
	}
	if h.changeLarge(p, s, func(s layout.State) layout.State { return s.WithLen(n) }) { // model: R39, commit
		h.freed(min(p+n, end-1), s.Len()-n)
		h.opened(p, s.Len())
	} else if rest := p + n; rest < usable {
		h.store(rest, 0)
	}
}

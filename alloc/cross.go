package alloc

import "usarena/internal/layout"

// across looks for room for a large block that begins in the free tail of one
// region and goes on through free regions to the free head of a last one. Their
// locks are tried in ascending order and held together.
func (h *Heap) across(w want) (page uint64, ok, busy bool) {
	regions := h.regions()
	for r := uint64(0); r+1 < regions; {
		if !h.lock(r, true) {
			busy = true
			r++
			continue
		}
		tail, at, ok := h.tail(r, w)
		if !ok {
			h.unlock(r)
			r++
			continue
		}
		if at+w.n <= tail.end { // freed since it was looked at: no need to cross
			h.carve(tail, at, w)
			h.unlock(r)
			return at, true, busy
		}
		last, end, held := h.follow(r, at+w.n)
		busy = busy || held
		if end.usable >= at+w.n {
			h.commitAcross(tail, at, end, w)
		}
		for q := r; q <= last; q++ {
			h.unlock(q)
		}
		if end.usable >= at+w.n {
			return at, true, busy
		}
		r = max(last, r+1) // the way may begin in the region where it ended
	}
	return 0, false, busy
}

// tail is the free extent at the end of region r, locked, and where in it the
// block would begin.
func (h *Heap) tail(r uint64, w want) (e extent, at uint64, ok bool) {
	from, end, usable := h.bounds(r)
	if usable != end {
		return e, 0, false
	}
	h.scan(r, from, func(x extent) bool { e = x; return true })
	if e.end != end || end == 0 {
		return e, 0, false
	}
	at, ok = h.alignUp(e.page, w.align)
	return e, at, ok && at < end && w.n <= h.r.Geo.MaxPages-at
}

// follow locks the regions after r for as long as they are free from their
// first page, up to page to. It gives the last region locked and the extent in
// which the way ended.
func (h *Heap) follow(r, to uint64) (last uint64, end extent, busy bool) {
	last = r
	for q := r + 1; q < h.regions(); q++ {
		if !h.lock(q, true) { // model: R22
			return last, end, true
		}
		from, stop, usable := h.bounds(q)
		var head extent
		h.scan(q, from, func(x extent) bool {
			if x.page == from {
				head = x
			}
			return false
		})
		if head.end == 0 {
			h.unlock(q)
			return last, end, false
		}
		last, end = q, head
		if end.usable >= to || head.end != stop || usable != stop {
			return last, end, false
		}
	}
	return last, end, false
}

// commitAcross writes the block. Before its head's word, each further region's
// first word says both: free by itself, and inside if that head reaches so far.
func (h *Heap) commitAcross(tail extent, at uint64, end extent, w want) {
	rp := h.r.Geo.RegionPages()
	if rest := at + w.n; rest < end.usable {
		h.store(rest, layout.FreeRun(end.end-rest)) // model: R23
	}
	for q := (at/rp + 1) * rp; q < at+w.n; q += rp {
		h.store(q, layout.ContOf(q-at, min(rp, at+w.n-q))) // model: R24
	}
	if at > tail.page {
		h.store(at, layout.FreeRun(tail.end-at))         // model: R25
		h.store(tail.page, layout.FreeRun(at-tail.page)) // model: R26
	}
	h.inside(at, w)
	w.in.note(h.r.OffsetOf(at), layout.LaneLarge)
	h.store(at, w.state) // model: R27, commit
	h.taken(w.n)
}

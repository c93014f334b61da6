package alloc

import "usarena/internal/layout"

// findDisowned adopts a disowned span of class c that has room. The regions'
// masks and the Room flag say where to look; with all set they are not believed
// and every disowned span is looked at. The result is its page and state; state
// 0 is none.
func (h *Heap) findDisowned(c int, all bool) (uint64, layout.State) {
	limit := h.refresh()
	if limit == 0 {
		return 0, 0
	}
	if page, s := h.adoptNoticed(c, limit); s != 0 {
		return page, s
	}
	rp := h.r.Geo.RegionPages()
	start := h.cursors[c].Load()
	if start >= limit {
		start = 0
	}
	regions := (limit + rp - 1) >> h.r.Geo.RegionShift
	first := start >> h.r.Geo.RegionShift
	for k := uint64(0); k <= regions; k++ { // the first region twice: its end, its beginning
		r := first + k
		if r >= regions {
			r -= regions
		}
		mask := &h.r.Lock(r).Partial[c>>6&1]
		bit := uint64(1) << (c & 63)
		if !all && mask.Load()&bit == 0 {
			continue
		}
		from, to := r*rp, min((r+1)*rp, limit)
		if k == 0 {
			from = start
		} else if !all {
			mask.And(^bit) // set again below, or by the next free
		}
		for p := from; p < to; p++ {
			s := h.r.Load(p)
			if s.Kind() != layout.Span || s&layout.Owned != 0 || s.Class() != c || (!all && s&layout.Room == 0) {
				continue
			}
			if p+uint64(layout.ClassTable[c].Pages) > to { // damage: its last blocks would lie outside
				h.damage.Store(true)
				break
			}
			if all && h.full(p, c) {
				continue
			}
			if a := h.adopt(p, s); a != 0 {
				if k > 0 && !all {
					mask.Or(bit) // there may be more
				}
				h.cursors[c].Store(p + 1)
				return p, a
			}
		}
	}
	return 0, 0
}

// newSpan makes a span of class c of free pages, in the caller's hand.
func (h *Heap) newSpan(c int) (uint64, layout.State, error) {
	// The sequence differs from that of an earlier span at the same page, so
	// that nobody who looked then succeeds now.
	s := layout.OwnedSpan(c, layout.InHand, h.slot, h.gen, h.seq.Add(1))
	page, err := h.allocRun(want{n: uint64(layout.ClassTable[c].Pages), align: 1, state: s})
	return page, s, err
}

// getSpan finds a span of class c with room: disowned, or new.
func (h *Heap) getSpan(c int) (uint64, layout.State, error) {
	if page, s := h.findDisowned(c, false); s != 0 {
		return page, s, nil
	}
	return h.newSpan(c)
}

package model

// look is what the allocator makes of the word w of head p in region r: where
// the region's next head is, and whether these pages are free.
func (m *Runs) look(s *runState, r, p uint8, w rword) (next uint8, free, ok bool) {
	from, end := m.from(r), m.end(r)
	all := m.Regions * m.Pages
	switch w.kind() {
	case kNone:
		return end, true, true
	case kFree:
		return p + w.n(), true, w.n() > 0 && w.n() <= end-p
	case kPending:
		return min(p+w.n(), end), true, w.n() > 0 && w.n() <= all-p
	case kLarge:
		return min(p+w.n(), end), false, w.n() > 0 && w.n() <= all-p
	case kSpan:
		return p + spanLen, false, spanLen <= end-p
	case kCont:
		if d := w.n(); p == from && d > 0 && d <= p {
			if h := s.W[p-d]; (h.kind() == kLarge || h.kind() == kPending) && h.n() > d {
				return min(p-d+h.n(), end), false, h.n() <= all-(p-d)
			}
			return p + w.here(), true, w.here() > 0 && w.here() <= end-p
		}
	}
	return 0, false, false
}

// view is what the walk finds: by page, whether a head is expected there, and
// the run in which it lies.
type view struct {
	wrong string
	head  [7]bool
	clean [6]bool
	kind  [6]uint8 // of the run, by page; kNone is virgin
	first [6]uint8 // page of the run's head in its region
}

// walk goes through the arena from page 0 by the reader's rule.
func (m *Runs) walk(s *runState) (v view) {
	over := uint8(0) // where a block that crosses into the next region ends
	for r := uint8(0); r < m.Regions && m.from(r) < s.Committed; r++ {
		from, end, usable := m.from(r), m.end(r), m.usable(s, r)
		for p := from; p < usable; {
			w := s.W[p]
			next, free, ok := m.look(s, r, p, w)
			inside := p == from && over > p
			switch {
			case !ok || next <= p || next > end:
				v.wrong = "the walk meets nonsense where a head must be"
			case inside != (w.kind() == kCont && !free):
				v.wrong = "a block crosses into a region whose first word does not say so"
			case inside && min(over, end) != next:
				v.wrong = "a crossing block ends elsewhere than its head says"
			case next > usable && w.kind() != kFree && w.kind() != kNone:
				v.wrong = "a run has pages that do not exist"
			case next > usable && next != end:
				v.wrong = "a free run ends neither where its region ends nor where pages do"
			}
			if v.wrong != "" {
				return v
			}
			if !inside {
				v.head[p] = true
				over = 0
				if k := w.kind(); k == kLarge || k == kPending {
					over = p + w.n()
				}
			}
			for q := p; q < min(next, usable); q++ {
				v.kind[q], v.first[q] = w.kind(), p
				v.clean[q] = w.kind() == kPending && w&rClean != 0
			}
			p = next
		}
		if over > s.Committed {
			v.wrong = "a run has pages that do not exist"
		}
	}
	return v
}

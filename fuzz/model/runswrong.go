package model

// Wrong holds the protocol to its promises.
func (m Runs) Wrong(s runState) string {
	if s.Bad != 0 {
		return runWrongs[s.Bad]
	}
	v := m.walk(&s)
	if v.wrong != "" {
		return v.wrong
	}
	for p := uint8(0); p < m.Regions*m.Pages; p++ {
		w, b := s.W[p], s.Block[p]
		if p >= s.Committed {
			if w != 0 || b != 0 {
				return runWrongs[6]
			}
			continue
		}
		seen := uint8(0)
		if v.head[p] {
			switch w.kind() {
			case kLarge:
				seen = w.n()
			case kSpan:
				seen = spanLen + 8
			}
		}
		if seen != b&15 {
			return "the walk sees other blocks than there are"
		}
		r := p / m.Pages
		if s.Lock[r] == 0 && p != v.first[p] && !m.inside(&v, p, w) {
			return "the lock is free and a head that is none stands inside a run"
		}
	}
	return m.hints(&s, &v)
}

// inside reports that w may stand at page p inside a run while nobody has the
// region's lock.
func (m *Runs) inside(v *view, p uint8, w rword) bool {
	switch v.kind[p] {
	case kSpan:
		return w == runOf(kBack, p-v.first[p])
	case kPending:
		return w == 0 || w.kind() == kBack && !v.clean[p]
	}
	return w == 0
}

// hints says whether, when everybody rests and nobody has died, free pages lie
// below where a scan would begin.
func (m *Runs) hints(s *runState, v *view) string {
	if !m.Hints || s.Kills != m.Kills {
		return ""
	}
	for _, p := range s.Proc[:m.Procs] {
		if p.PC != idle {
			return ""
		}
	}
	for r := uint8(0); r < m.Regions; r++ {
		for p := m.from(r); p < min(m.from(r)+s.Low[r], s.Committed); p++ {
			if k := v.kind[p]; k == kNone || k == kFree || k == kPending || k == kCont && v.head[p] {
				return "free pages are below the hint of their region"
			}
		}
	}
	return ""
}

// Clean is one free run a region and nobody at work.
func (m Runs) Clean(s runState) bool {
	for _, p := range s.Proc[:m.Procs] {
		if p.PC != idle {
			return false
		}
	}
	v := m.walk(&s)
	for p := uint8(0); p < s.Committed; p++ {
		r := p / m.Pages
		k := v.kind[p]
		if s.Lock[r] != 0 || v.head[p] != (p == m.from(r)) || k != kNone && k != kFree && k != kCont {
			return false
		}
	}
	return true
}

package model

// canon takes away what makes no difference: what stands in records that nobody
// reads before it is written anew, entries that no block has, the order of blocks
// and of processes with the same roles.
func (m *Spans) canon(s spanState) spanState {
	for i := range s.Page {
		if g := &s.Page[i]; !s.tagging(uint8(i)) {
			if g.W&wTagged == 0 {
				g.Index = [3]uint8{}
			}
			for e := range g.Who {
				if !m.Stale && m.Bug == NoSpanBug && !s.needed(g, uint8(e)+1) {
					g.Who[e] = 0
				}
			}
		}
	}
	if m.Same && m.Bug == NoSpanBug && s.before(1, 0) {
		s.swapProcs(0, 1)
	}
	if m.Pages == 1 {
		sort(m.Blocks, s.lessBlock, s.swapBlocks)
	}
	return s
}

// tagging says that somebody works with the record of a page.
func (s *spanState) tagging(page uint8) bool {
	for _, p := range s.Proc {
		if p.Page == page && (p.Rec || p.PC >= atTag && p.PC <= atTagLate || p.PC >= atNobody && p.PC <= atSeat || p.PC == atEntrySet) {
			return true
		}
	}
	return false
}

// needed says that an entry is some block's, or the owner's.
func (s *spanState) needed(g *spanPage, index uint8) bool {
	if g.W&wTagged == 0 {
		return false
	}
	for _, i := range g.Index {
		if i == index {
			return true
		}
	}
	return g.W&wOwned != 0 && g.Who[index-1]&^uFlags == g.W.user()
}

// lessBlock and swapBlocks are for one page.
func (s *spanState) lessBlock(a, b uint8) bool {
	g := &s.Page[0]
	for _, bits := range [...]uint8{g.A, g.R, g.K, g.Held, g.Busy, g.Doom} {
		if x, y := bits>>a&1, bits>>b&1; x != y {
			return x < y
		}
	}
	if g.Index[a] != g.Index[b] {
		return g.Index[a] < g.Index[b]
	}
	return g.By[a] < g.By[b]
}

func (s *spanState) swapBlocks(a, b uint8) {
	g := &s.Page[0]
	g.Index[a], g.Index[b] = g.Index[b], g.Index[a]
	g.By[a], g.By[b] = g.By[b], g.By[a]
	swap := func(bits *uint8) {
		x, y := *bits>>a&1, *bits>>b&1
		*bits = *bits&^(1<<a|1<<b) | x<<b | y<<a
	}
	for _, bits := range [...]*uint8{&g.A, &g.R, &g.K, &g.Held, &g.Busy, &g.Doom} {
		swap(bits)
	}
	for i := range s.Proc {
		p := &s.Proc[i]
		switch {
		case p.PC == atMalloc, p.PC == atOwnFree:
			swap(&p.X)
			p.Bit = other(p.Bit, a, b)
		case p.PC >= atFreeR && p.PC <= atFreeOr, p.PC == atFreeAfter, p.PC == atKeep:
			p.Bit = other(p.Bit, a, b)
		case p.PC >= atCollectR && p.PC <= atCollectDone, p.PC == atTagSet, p.PC == atFreeAllOr:
			swap(&p.T)
		}
		if p.PC == atFreeState || p.PC == atLook || p.PC == atTake {
			p.Bit = 0
		}
	}
}

// before compares two processes by what does not name them.
func (s *spanState) before(p, q uint8) bool {
	a, b := s.Proc[p], s.Proc[q]
	for _, v := range [...][2]uint8{{a.PC, b.PC}, {a.Page, b.Page}, {a.Bit, b.Bit}, {a.T, b.T}, {a.X, b.X}, {a.After, b.After}, {a.Then, b.Then},
		{a.I, b.I}, {s.Gen[p], s.Gen[q]}, {s.Byte[p], s.Byte[q]}} {
		if v[0] != v[1] {
			return v[0] < v[1]
		}
	}
	for i := range s.Page {
		if u := s.Page[i].W; u.span() && (u.slot() == p || u.slot() == q) {
			return u.slot() == p
		}
	}
	return false
}

// swapProcs exchanges two processes.
func (s *spanState) swapProcs(p, q uint8) {
	s.Proc[p], s.Proc[q] = s.Proc[q], s.Proc[p]
	s.Byte[p], s.Byte[q] = s.Byte[q], s.Byte[p]
	s.Live[p], s.Live[q] = s.Live[q], s.Live[p]
	s.Gen[p], s.Gen[q] = s.Gen[q], s.Gen[p]
	s.Count[p], s.Count[q] = s.Count[q], s.Count[p]
	name := func(x *uint8) {
		if *x != 0 {
			*x = other(*x-1, p, q) + 1
		}
	}
	user := func(u *spanUser) {
		if *u&uUsed != 0 {
			*u = *u&^3 | spanUser(other(u.slot(), p, q))
		}
	}
	state := func(w *word) {
		if w.span() {
			*w = *w&^(3<<4) | word(other(w.slot(), p, q))<<4
		}
	}
	for i := range s.Byte {
		name(&s.Byte[i])
		name(&s.Proc[i].Of)
		user(&s.Proc[i].E)
		state(&s.Proc[i].V)
	}
	for i := range s.Page {
		g := &s.Page[i]
		state(&g.W)
		name(&g.Lock)
		for e := range g.Who {
			user(&g.Who[e])
		}
		for b := range g.By {
			user(&g.By[b])
		}
	}
}

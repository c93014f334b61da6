package model

// recovering is what the holder of a dead user's byte does: the locks, then
// the pages, then the slot. T-1 is the page to visit.
func (n *runStep) recovering() {
	p := n.me()
	s := p.Of - 1
	if p.PC == runMark {
		n.mark(s)
		return
	}
	if p.T == 0 {
		for r := range n.Lock {
			if n.Lock[r] == s+1 {
				n.Lock[r] = n.i + 1
				p.Op, p.R, p.L = opTidy, uint8(r), uint8(r)
				p.P, p.U = n.m.from(p.R), n.m.usable(&n.runState, p.R)
				n.tidyHints(p.R)
				n.done(rTakeLock, runTidy)
				return
			}
		}
	}
	for ; n.m.Slots && p.T < n.Committed; p.T++ {
		if w := n.W[p.T]; w.kind() == kLarge && w.slot() == s && w&rOrph == 0 {
			p.S = w
			n.done(rVisit, runMark)
			return
		}
	}
	for _, w := range n.W {
		if n.m.Slots && w.kind() == kLarge && w.slot() == s && w&rOrph == 0 {
			n.bad(rSlotFree, 5)
			return
		}
	}
	if s != n.i {
		n.Live[s], n.Byte[s] = false, 0
	}
	n.done(rSlotFree, idle)
}

// mark is the compare-and-swap that marks a block as left behind.
func (n *runStep) mark(s uint8) {
	p := n.me()
	w := n.W[p.T]
	switch {
	case w == p.S || n.m.Bug == RecoverByLength && w.kind() == kLarge && w.n() == p.S.n():
		if n.Block[p.T]>>4 != s {
			n.Bad = 4
		}
		n.W[p.T] |= rOrph
		p.S = 0
		p.T++
		n.done(rMark, runVisit)
	case n.m.Bug == RecoverOnce:
		p.S = 0
		p.T++
		n.done(rMark, runVisit)
	default: // look again
		p.S = 0
		n.done(rMark, runVisit)
	}
}

package model

// tags is what an owner does who gives up a span that is not empty: it makes sure
// that the record says whose the blocks are.
func (n *spanStep) tags() {
	p, g := n.me(), n.page()
	switch {
	case n.m.Bug == TaggedLate && g.W&wTagged == 0, n.m.Bug == TaggedOnce && g.W&wTagged != 0:
		p.X = 1
		n.marks(mEmpty)
	case g.W&wTagged == 0:
		if n.m.Full {
			without := *n
			without.done(mEmpty, atDisown)
		}
		n.done(mEmpty, atTag)
	default:
		n.untold()
		if p.I = n.seat(); p.I != 0 {
			n.done(mEmpty, atTagSet)
			return
		}
		if p.T != 0 { // who was killed before it had an entry has no blocks
			n.Bad = 9
		}
		p.X = 1
		n.marks(mEmpty)
	}
}

// untold looks for live blocks without an index.
func (n *spanStep) untold() {
	p, g := n.me(), n.page()
	p.T = 0
	for b, i := range g.Index {
		if i == 0 {
			p.T |= g.A &^ g.R & (1 << b)
		}
	}
}

// marks goes on when all blocks are tagged. Recovery marks the dead user's entry.
func (n *spanStep) marks(mark uint8) {
	p := n.me()
	if p.I = n.seat(); p.Rec && p.I != 0 {
		n.done(mark, atEntrySet)
		return
	}
	p.I = 0
	n.done(mark, atDisown)
}

// seat is the index of the user's entry, 0 if it has none.
func (n *spanStep) seat() uint8 {
	for i, e := range n.page().Who {
		if e&^uFlags == n.tenant() {
			return uint8(i) + 1
		}
	}
	return 0
}

// tag gives all blocks without an index the owner's, and disowns the span.
func (n *spanStep) tag() {
	p, g := n.me(), n.page()
	switch p.PC {
	case atTag:
		g.Index = [3]uint8{}
		g.Who[0] = n.tenant()
		p.I = 1
		n.untold()
		n.done(mTag, atTagSet)
	case atTagSet:
		n.index()
		p.X = 1
		n.marks(mTagSet)
	case atDisown:
		g.W &^= wOwned
		switch {
		case p.X != 0:
			g.W |= wTagged
		case p.Rec:
			g.W |= wOrph
		}
		mark, pc := uint8(mDisown), atLook
		if p.Rec {
			mark = mGiveUp
		}
		switch n.m.Bug {
		case NoSecondLook:
			pc = idle
		case TaggedLate:
			pc = atTagLate
		}
		p.V, p.X, p.I, p.Rec, p.Then = g.W, 0, 0, false, 0
		n.done(mark, pc)
	case atTagLate:
		if g.W == p.V && p.Of == 0 {
			g.Who[0] = n.tenant()
			p.I, p.T = 1, g.A&^g.R
			n.index()
		}
		n.done(mTagSet, atLook)
	}
}

// index stores it for the blocks that were seen.
func (n *spanStep) index() {
	p, g := n.me(), n.page()
	for b := range g.Index {
		if p.T>>b&1 != 0 {
			g.Index[b] = p.I
		}
	}
	p.T, p.I = 0, 0
}

// reclaim frees what is left of the blocks of the dead, by who owns the span.
func (n *spanStep) reclaim() {
	p, g := n.me(), n.page()
	for b, i := range g.Index {
		if bit := uint8(1) << b; i != 0 && g.Who[i-1]&uReclaimed != 0 && g.A&^(g.R|g.K)&bit != 0 {
			n.reclaimed(uint8(b))
			g.R |= bit
		}
	}
	if p.After == atDisown {
		p.After = 0
		n.done(mReclaim, atDisown)
		return
	}
	n.done(mReclaim, atCollectR)
}

// reclaimed notes that recovery frees block b.
func (n *spanStep) reclaimed(b uint8) {
	g := n.page()
	if u := g.By[b]; g.Held>>b&1 != 0 && (u == 0 || !n.died(u)) {
		n.Bad = 6
	}
	g.Held &^= 1 << b
	g.By[b] = 0
}

package model

// adopting is what comes before and after the compare-and-swap that adopts a
// span.
func (n *spanStep) adopting() {
	p, g := n.me(), n.page()
	switch p.PC {
	case atAdoptLook:
		if !n.adoptable(p.V) {
			n.done(mAdoptLook, idle)
			return
		}
		n.done(mAdoptLook, atAdopt)
	case atAdopt:
		mark := uint8(mAdopt)
		if p.Then == thenRecover {
			mark = mTakeBack
		}
		if g.W != p.V {
			n.done(mark, idle)
			return
		}
		n.adopt(mark)
	case atUnmark:
		g.W &^= wTagged | wOrph
		n.adopted(mUnmark)
	case atUntag:
		g.W &^= wTagged
		n.adopted(mUntag)
	case atNobody:
		i := p.I
		if p.I++; g.Who[i-1] == p.E {
			g.Who[i-1] = 0
			switch {
			case p.N == 0:
				p.N = i
			case p.F == 0:
				p.I = i
				n.done(mNobody, atMerge)
				return
			}
		}
		n.seats(mNobody)
	case atMerge:
		for b := range g.Index {
			if g.Index[b] == p.I {
				g.Index[b] = p.N
			}
		}
		p.F = p.I
		p.I++
		n.seats(mMerge)
	case atSeat:
		g.Who[p.F-1] = n.tenant()
		n.adopted(mSeat)
	case atGiveUp:
		if g.W&wTagged == 0 { // only in planted bugs
			g.W = p.V
		} else {
			g.W &^= wOwned
		}
		pc := atLook
		if n.m.Bug == NoSecondLook {
			pc = idle
		}
		*p = spanProc{PC: p.PC, Page: p.Page, Of: p.Of, V: g.W}
		n.done(mNoSeat, pc)
	}
}

// adoptable says that the user can have a span with that word, if it is as it
// looks. One that is not tagged is for its last owner. When that is gone for good,
// nobody issues blocks there any more, and an empty one stays empty.
func (n *spanStep) adoptable(w word) bool {
	g := n.page()
	switch {
	case w&wTagged != 0, n.m.Bug == AnyonesUntagged, n.own(w) && w&wOrph == 0:
		return true
	case n.m.Bug == StrangersUntagged:
		return g.A&^g.R == 0
	}
	return n.buried(w.user()) && g.A&^g.R == 0
}

// judge decides by what is live whether and how the adopter can have the span.
func (n *spanStep) judge(mark uint8) {
	p, g := n.me(), n.page()
	live := g.A &^ g.R
	of := [3]uint8{} // live blocks by index
	for b, i := range g.Index {
		of[i] |= live & (1 << b)
	}
	sole := true
	for i, e := range g.Who {
		sole = sole && (of[i+1] == 0 || e == n.tenant())
	}
	switch {
	case live == 0 || n.m.Bug == TaggedNoMore && g.W&wTagged != 0:
		n.done(mark, atUnmark)
	case g.W&wTagged == 0 && (!n.own(p.V) || p.V&wOrph != 0) && n.m.Bug != AnyonesUntagged:
		n.done(mark, atGiveUp)
	case g.W&wTagged == 0:
		n.adopted(mark)
	case !n.m.Keeps && (sole || n.m.Bug == SoleByFirst && (of[1] == 0 || g.Who[0] == n.tenant())):
		n.done(mark, atUntag)
	default:
		p.T, p.X = 0, 0
		for i := range g.Who {
			if of[i+1] != 0 {
				p.T |= 1 << i
			}
			if of[i+1]&^g.K == 0 {
				p.X |= 1 << i
			}
		}
		p.I, p.F, p.N = 1, 0, 0
		if n.m.Bug == NoSeat {
			n.adopted(mark)
			return
		}
		n.seats(mark)
	}
}

// seats looks for an entry for the adopter.
func (n *spanStep) seats(mark uint8) {
	p, g := n.me(), n.page()
	for ; int(p.I) <= len(g.Who); p.I++ {
		switch e, bit := g.Who[p.I-1], uint8(1)<<(p.I-1); {
		case e&^uFlags == n.tenant():
			n.adopted(mark)
			return
		case p.T&bit == 0 || n.m.Bug == AnySeat:
			p.F = p.I
		case n.nobodys(e, p.X&bit != 0):
			p.E = e
			n.done(mark, atNobody)
			return
		}
	}
	if p.I, p.E, p.N = 0, 0, 0; p.F == 0 {
		n.done(mark, atGiveUp)
		return
	}
	n.done(mark, atSeat)
}

// nobodys says that the blocks of an entry belong to no user any more.
func (n *spanStep) nobodys(e spanUser, kept bool) bool {
	switch {
	case n.m.Bug == DeadAreNobodys && e&uDead != 0:
		return true
	case e&uDead != 0:
		return kept
	case e == 0 || n.m.Bug == AllAreNobodys:
		return true
	}
	return !n.Live[e.slot()] || n.Gen[e.slot()]&3 != e.gen()
}

// adopted goes on with the span in hand.
func (n *spanStep) adopted(mark uint8) {
	p := n.me()
	then := p.Then
	*p = spanProc{PC: p.PC, Page: p.Page, Of: p.Of, Rec: p.Rec}
	switch then {
	case thenDisown:
		n.done(mark, atEmpty)
	case thenRecover:
		p.After = atFreeAll
		n.collected(mark)
	default:
		n.done(mark, idle)
	}
}

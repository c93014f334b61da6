package model

// step is what a process does next in the middle of an operation.
func (n *spanStep) step() {
	p := n.me()
	if p.PC >= atVisit {
		n.recovering()
		return
	}
	g := n.page()
	switch p.PC {
	case atMalloc:
		n.malloc()
	case atOwnFree:
		g.A = p.X &^ n.bit()
		n.freed()
		n.done(mOwnFree, idle)
	case atFreeR:
		if g.R&n.bit() != 0 {
			n.refuse(mFreeR)
			return
		}
		n.done(mFreeR, atFreeOr)
	case atFreeOr:
		n.or()
	case atFreeAfter:
		if g.A&n.bit() == 0 {
			g.Doom &^= n.bit()
			n.refuse(mFreeA)
			return
		}
		n.done(mFreeA, atFreeState)
	case atFreeState:
		p.V = g.W
		if !p.V.free() {
			n.done(mFreeState, idle)
			return
		}
		n.done(mFreeState, atLook)
	case atLook:
		if g.A&^g.R != 0 || !n.adoptable(p.V) {
			n.done(mLook, idle)
			return
		}
		n.done(mLook, atTake)
	case atTake:
		n.take()
	case atReclaim, atCollectR, atCollectA, atCollectIndex, atCollectK, atCollectDone:
		n.collect()
	case atEmpty:
		if g.A&^g.R == 0 {
			n.done(mEmpty, atRelease)
			return
		}
		n.tags()
	case atRelease: // the owner's word cannot change under it
		g.W = word(pagePending)
		if p.Rec {
			n.done(mGivePages, idle)
			return
		}
		n.done(mRelease, idle)
	case atKeep:
		g.K |= n.bit()
		g.Busy &^= n.bit()
		g.By[p.Bit] = 0
		n.done(mKeep, idle)
	case atTag, atTagSet, atDisown, atTagLate:
		n.tag()
	case atAdoptLook, atAdopt, atUnmark, atUntag, atNobody, atMerge, atSeat, atGiveUp:
		n.adopting()
	default:
		n.newSpan()
	}
}

func (n *spanStep) malloc() {
	p, g, b := n.me(), n.page(), n.bit()
	g.A = p.X | b
	switch {
	case g.Held&b != 0:
		n.Bad = 1
	case g.Doom&b != 0: // the program freed it before it had it
		g.Doom &^= b
	default:
		g.Held |= b
		g.By[p.Bit] = userOf(n.i, n.Gen[n.i])
		if g.Index[p.Bit] != 0 && g.W&wTagged != 0 || g.K&b != 0 && n.Fouls == n.m.Fouls { // who frees what another keeps is mistaken
			n.Bad = 4
		}
	}
	n.done(mMalloc, idle)
}

// free chooses the way of a free and takes its first step.
func (n *spanStep) free() {
	p, g := n.me(), n.page()
	own := n.mine(g.W) && (g.W&wTagged == 0 || n.m.Bug == TaggedFreedByStore)
	switch {
	case own && (g.A&n.bit() == 0 || g.R&n.bit() != 0):
		n.refuse(mOwnLook)
	case own:
		p.X = g.A
		n.done(mOwnLook, atOwnFree)
	case n.m.Bug == OrFirst:
		n.done(mFreeA, atFreeOr)
	case g.A&n.bit() == 0:
		n.refuse(mFreeA)
	case n.m.Fouls == 0 && n.m.Bug == NoSpanBug && g.R&n.bit() == 0: // two looks at once
		n.done(mFreeA, atFreeOr)
	default:
		n.done(mFreeA, atFreeR)
	}
}

// refuse ends a free that changes nothing.
func (n *spanStep) refuse(mark uint8) {
	if !n.me().Foul {
		n.page().Busy &^= n.bit()
		if n.Fouls == n.m.Fouls {
			n.Bad = 2
		}
	}
	n.done(mark, idle)
}

// freed is the moment at which a free happened.
func (n *spanStep) freed() {
	g, b := n.page(), n.bit()
	if g.Held&b == 0 && n.Fouls == n.m.Fouls {
		n.Bad = 3
	}
	g.Held &^= b
	g.Busy &^= b
	g.By[n.me().Bit] = 0
}

func (n *spanStep) or() {
	g, b := n.page(), n.bit()
	had := g.R&b != 0
	g.R |= b
	if had {
		n.refuse(mFreeOr)
		return
	}
	if g.A&b == 0 {
		g.Doom |= b
	}
	if n.m.Bug == OrFirst {
		if g.A&b != 0 {
			n.freed()
		}
		n.done(mFreeOr, atFreeAfter)
		return
	}
	n.freed()
	n.done(mFreeOr, atFreeState)
}

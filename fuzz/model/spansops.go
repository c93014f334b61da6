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
		if n.m.Bug != OrphanFreedByStore || g.O&n.bit() == 0 {
			g.A = p.X &^ n.bit()
		} else {
			g.A &^= n.bit()
		}
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
		if g.A&^g.R != 0 {
			n.done(mLook, idle)
			return
		}
		n.see(mLook, atTake)
	case atTake:
		n.take()
	case atCollectR, atCollectA, atCollectO, atCollectDone:
		n.collect()
	case atEmpty:
		if g.A&^g.R == 0 {
			n.done(mEmpty, atRelease)
			return
		}
		n.done(mEmpty, atDisown)
	case atRelease: // the owner's word cannot change under it
		g.W = word(pagePending)
		n.done(mRelease, idle)
	case atDisown:
		if g.W &^= wOwned; g.O == 0 && n.m.Bug != OrphanedKept {
			g.W &^= wOrph
		}
		p.V = g.W
		if n.m.Bug == NoSecondLook {
			n.done(mDisown, idle)
			return
		}
		n.done(mDisown, atLook)
	case atSee:
		p.X = g.A &^ g.R
		n.done(mLook, p.After)
	case atAdopt:
		if g.W != p.V {
			n.done(mAdopt, idle)
			return
		}
		n.adopt()
		p.After = atUnmix
		n.done(mAdopt, atCollectR)
	case atUnmix:
		n.unmix(idle)
	case atUnmixEmpty:
		n.unmix(atEmpty)
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
		g.By[n.i] |= b
		if g.O&b != 0 {
			n.Bad = 4
		}
	}
	n.done(mMalloc, idle)
}

// free chooses the way of a free and takes its first step.
func (n *spanStep) free() {
	p, g := n.me(), n.page()
	own := n.mine(g.W) && (g.W&wOrph == 0 || n.m.Bug == OrphanFreedByStore)
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
	g.Left &^= b
	for s := range g.By {
		g.By[s] &^= b
	}
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

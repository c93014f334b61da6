package model

// recovering is what the holder of a dead user's byte does.
func (n *spanStep) recovering() {
	p := n.me()
	s := p.Of - 1
	if p.PC == atVisit && int(p.Page) == n.m.Pages {
		p.Page = 0
		n.done(mNext, atSlotFree)
		return
	}
	g := &n.Page[min(int(p.Page), 1)]
	switch p.PC {
	case atVisit:
		switch {
		case g.Lock == s+1:
			g.Lock = 0
			n.done(mUnlock, atVisit)
		case g.W&wOwned != 0 && g.W.slot() == s:
			p.After = n.marks(g.W)
			n.done(mVisit, atCollectR)
		case n.takesBack(g.W, s):
			p.V = g.W
			n.done(mVisit, atTakeBack)
		default:
			n.done(mVisit, idle) // on to the next page
		}
	case atTakeBack:
		if g.W != p.V { // somebody else's now, and mixed
			n.done(mTakeBack, idle)
			return
		}
		n.adopt()
		p.After = n.marks(g.W)
		n.done(mTakeBack, atCollectR)
	case atOrphans:
		p.T = g.A &^ g.R
		n.done(mOrphans, atOrphansSet)
	case atOrphansSet:
		n.mark()
	case atGive:
		if g.A&^g.R == 0 {
			n.done(mEmpty, atGivePages)
			return
		}
		n.done(mEmpty, atGiveUp)
	case atGivePages:
		g.W = word(pagePending)
		n.done(mGivePages, idle)
	case atGiveUp:
		n.giveUp()
	case atSlotFree:
		n.end(s)
		n.done(mSlotFree, atSlotDone)
	case atSlotDone:
		if s == n.i {
			n.Live[s], n.Gen[s] = true, n.Gen[s]+1
		} else if n.Byte[s] == n.i+1 {
			n.Byte[s] = 0
		}
		p.Of = 0
		n.done(mSlotDone, idle)
	}
}

// takesBack says that recovery adopts a disowned span: the dead user was the last
// who owned it, and nobody has marked its blocks before.
func (n *spanStep) takesBack(w word, s uint8) bool {
	if !w.free() || w.slot() != s || n.m.Bug == DisownedNotTakenBack {
		return false
	}
	if w.gen() != n.Gen[s]&3 && n.m.Bug != AnyGeneration {
		return false
	}
	return w&wOrph == 0 && (w&wMixed == 0 || n.m.Bug == MixedMarked)
}

// marks is where recovery goes on after it has collected: in a mixed span it
// touches no block.
func (n *spanStep) marks(w word) uint8 {
	if w&wMixed == 0 || n.m.Bug == MixedMarked {
		return atOrphans
	}
	return atGive
}

// mark stores what was seen live as orphans, or frees it.
func (n *spanStep) mark() {
	p, g := n.me(), n.page()
	t := p.T
	p.T = 0
	others := t&g.Held&^g.By[p.Of-1] != 0
	if !n.m.Reclaim {
		g.O = t
		if others {
			n.Bad = 5
		}
		n.done(mOrphansSet, atGive)
		return
	}
	if others {
		n.Bad = 6
	}
	if n.m.Bug == ReclaimByStore {
		g.R = t
	} else {
		g.R |= t
	}
	g.Held &^= t
	for u := range g.By {
		g.By[u] &^= t
	}
	n.done(mReclaim, atGive)
}

func (n *spanStep) giveUp() {
	p, g := n.me(), n.page()
	if n.marks(g.W) == atOrphans && !n.m.Reclaim {
		g.W |= wOrph
		g.Left = g.Held
	}
	g.W &^= wOwned
	p.V = g.W
	n.done(mGiveUp, atLook)
}

// end is the moment from which the user of slot s is gone for good: what is left
// of its blocks are blocks of the arena.
func (n *spanStep) end(s uint8) {
	for i := range n.Page {
		g := &n.Page[i]
		if n.Proc[n.i].Of != 0 && g.W&wMixed == 0 && g.By[s]&^g.O != 0 {
			n.Bad = 7
		}
		g.By[s] = 0
	}
	n.Live[s] = false
}

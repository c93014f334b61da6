package model

// counts says that sequence numbers take part, so that adoptions are bounded.
func (m *Spans) counts() bool {
	return m.Bug == ReleaseBySequence || m.Bug == ReleaseWithoutSequence
}

// take is the last step of whoever found a disowned span empty: it becomes the
// owner, who alone may release it.
func (n *spanStep) take() {
	p, g := n.me(), n.page()
	if g.W != p.V {
		n.done(mTake, atFreeState)
		return
	}
	if n.m.counts() { // the other way: release what one does not own
		g.W = word(pagePending)
		n.done(mTake, idle)
		return
	}
	n.adopt()
	p.After = atEmpty
	n.done(mTake, atCollectR)
}

func (n *spanStep) adopt() {
	g := n.page()
	seq := uint8(0)
	if n.m.counts() {
		n.Adopts -= min(n.Adopts, 1)
		if n.m.Bug == ReleaseBySequence {
			seq = g.W.seq() + 1
		}
	}
	g.W = ownedWord(n.i, n.Gen[n.i], seq) | g.W&wOrph
	n.me().V = 0
}

// collect takes back what others returned.
func (n *spanStep) collect() {
	p, g := n.me(), n.page()
	early := n.m.Bug == CollectRFirst
	switch p.PC {
	case atCollectR:
		p.T = g.R
		if p.T == 0 {
			n.collected(mCollectR)
			return
		}
		n.done(mCollectR, atCollectA)
	case atCollectA:
		if early {
			g.R &^= p.T
		} else {
			g.A &^= p.T
		}
		n.done(mCollectA, atCollectO)
	case atCollectO:
		g.O &^= p.T
		n.done(mCollectO, atCollectDone)
	case atCollectDone:
		if early {
			g.A &^= p.T
		} else {
			g.R &^= p.T
		}
		g.Doom &= g.R
		n.collected(mCollectDone)
	}
}

func (n *spanStep) collected(mark uint8) {
	p := n.me()
	pc := p.After
	p.T, p.After = 0, 0
	n.done(mark, pc)
}

// newSpan makes a span of a page under its region's lock.
func (n *spanStep) newSpan() {
	p, g := n.me(), n.page()
	late := n.m.Bug == ZeroAfterCommit
	switch p.PC {
	case atJoin:
		if g.W.span() { // somebody was faster
			n.done(mJoin, atUnlock)
			return
		}
		joined := *n
		joined.page().W = 0
		joined.done(mJoin, atUnlock)
		g.W = 0
		pc := atZeroR
		if late {
			pc = atNew
		}
		n.done(mJoin, pc)
	case atZeroR:
		g.R, g.Doom = 0, 0
		n.done(mZero, atZeroA)
	case atZeroA:
		g.A = 0
		n.done(mZero, atZeroO)
	case atZeroO:
		g.O = 0
		pc := atNew
		if late {
			pc = atUnlock
		}
		n.done(mZero, pc)
	case atNew:
		seq := uint8(0)
		if n.m.Bug == ReleaseBySequence {
			n.Count[n.i] = (n.Count[n.i] + 1) & 15
			seq = n.Count[n.i]
		}
		g.W = ownedWord(n.i, n.Gen[n.i], seq)
		g.Left = 0
		pc := atUnlock
		if late {
			pc = atZeroR
		}
		n.done(mNew, pc)
	case atUnlock:
		g.Lock = 0
		n.done(mUnlock, idle)
	}
}

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
			p.After = atOrphans
			n.done(mNext, atCollectR)
		default:
			n.done(mNext, idle) // on to the next page
		}
	case atOrphans:
		p.T = g.A &^ g.R
		n.done(mOrphans, atOrphansSet)
	case atOrphansSet:
		g.O, p.T = p.T, 0
		n.done(mOrphansSet, atGive)
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
		n.Live[s] = false
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

func (n *spanStep) giveUp() {
	p, g := n.me(), n.page()
	g.W = g.W&^wOwned | wOrph
	g.Left = g.Held
	p.V = g.W
	n.done(mGiveUp, atLook)
}

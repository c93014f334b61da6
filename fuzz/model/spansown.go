package model

// loose says that who found a disowned span empty releases it without owning it.
func (m *Spans) loose() bool {
	return m.Bug == ReleaseBySequence || m.Bug == ReleaseWithoutSequence
}

// numbers says that words carry a sequence number.
func (m *Spans) numbers() bool { return m.Seq || m.Bug == ReleaseBySequence }

// counts says that adoptions are bounded.
func (m *Spans) counts() bool { return m.loose() || m.numbers() }

// take is the last step of whoever found a disowned span empty: it becomes the
// owner, who alone may release it.
func (n *spanStep) take() {
	p, g := n.me(), n.page()
	if g.W != p.V {
		n.done(mTake, atFreeState)
		return
	}
	if n.m.loose() { // the other way: release what one does not own
		g.W = word(pagePending)
		n.done(mTake, idle)
		return
	}
	n.adopt()
	p.After = atUnmixEmpty
	n.done(mTake, atCollectR)
}

// user is for whom the process acts: a recoverer does what the dead would do.
func (n *spanStep) user() uint8 {
	if of := n.me().Of; of != 0 {
		return of - 1
	}
	return n.i
}

// adopt is the store of a compare-and-swap that succeeds.
func (n *spanStep) adopt() {
	g, u := n.page(), n.user()
	seq := uint8(0)
	if n.m.counts() {
		n.Adopts -= min(n.Adopts, 1)
		if n.m.numbers() {
			seq = g.W.seq() + 1
		}
	}
	g.W = ownedWord(u, n.Gen[u], seq) | g.W&wOrph | n.mixed(u)
	n.me().V, n.me().X = 0, 0
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
	if n.page().W&wMixed == 0 { // nothing to take away
		switch pc {
		case atUnmix:
			pc = idle
		case atUnmixEmpty:
			pc = atEmpty
		}
	}
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
		if n.m.numbers() {
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

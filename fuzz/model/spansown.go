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
	p.Then = thenDisown
	n.adopt(mTake)
}

// user is for whom the process acts: a recoverer does what the dead would do.
func (n *spanStep) user() uint8 {
	if of := n.me().Of; of != 0 {
		return of - 1
	}
	return n.i
}

// own says that the user for whom the process acts is the one in the word.
func (n *spanStep) own(w word) bool { return w.user() == n.tenant() }

// tenant is that user.
func (n *spanStep) tenant() spanUser { return userOf(n.user(), n.Gen[n.user()]) }

// What follows an adoption.
const (
	thenKeep uint8 = iota
	thenDisown
	thenRecover
)

// adopt is the store of a compare-and-swap that succeeds. The word that was seen
// is kept: where the adopter cannot have the span, it gives it back.
func (n *spanStep) adopt(mark uint8) {
	g, u, p := n.page(), n.user(), n.me()
	seq := uint8(0)
	if n.m.counts() {
		n.Adopts -= min(n.Adopts, 1)
		if n.m.numbers() {
			seq = g.W.seq() + 1
		}
	}
	g.W = ownedWord(u, n.Gen[u], seq) | g.W&(wOrph|wTagged)
	if n.m.Bug == TaggedLost {
		g.W &^= wTagged
	}
	p.After = atJudge
	n.collects(mark)
}

// collects goes on to take back what others returned, and where recovery frees,
// first to free what the dead have left.
func (n *spanStep) collects(mark uint8) {
	g := n.page()
	if g.W&wTagged != 0 && (g.Who[0]|g.Who[1])&uReclaimed != 0 {
		n.done(mark, atReclaim)
		return
	}
	n.done(mark, atCollectR)
}

// collect takes back what others returned.
func (n *spanStep) collect() {
	p, g := n.me(), n.page()
	early := n.m.Bug == CollectRFirst
	switch p.PC {
	case atReclaim:
		n.reclaim()
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
		if g.W&wTagged != 0 && n.m.Bug != IndexKept {
			n.done(mCollectA, atCollectIndex)
			return
		}
		n.done(mCollectA, n.marked())
	case atCollectIndex:
		for b := range g.Index {
			if p.T>>b&1 != 0 {
				g.Index[b] = 0
			}
		}
		n.done(mCollectIndex, n.marked())
	case atCollectK:
		g.K &^= p.T
		if n.m.Bug == MarkAfterR {
			n.collected(mCollectK)
			return
		}
		n.done(mCollectK, atCollectDone)
	case atCollectDone:
		if early {
			g.A &^= p.T
		} else {
			g.R &^= p.T
		}
		g.Doom &= g.R
		if n.m.Bug == MarkAfterR && g.K&p.T != 0 {
			n.done(mCollectDone, atCollectK)
			return
		}
		n.collected(mCollectDone)
	}
}

// marked is where collect goes on: only few blocks are in K.
func (n *spanStep) marked() uint8 {
	if n.page().K&n.me().T != 0 && n.m.Bug != MarkKept && n.m.Bug != MarkAfterR {
		return atCollectK
	}
	return atCollectDone
}

func (n *spanStep) collected(mark uint8) {
	p := n.me()
	pc := p.After
	p.T, p.After = 0, 0
	switch {
	case pc == atFreeAll && (!n.m.Reclaim || n.page().W&wTagged != 0):
		pc = atEmpty
	case pc == atJudge:
		n.judge(mark)
		return
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
		pc := atZero
		if late {
			pc = atNew
		}
		n.done(mJoin, pc)
	case atZero:
		g.A, g.R, g.K, g.Doom = 0, 0, 0, 0
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
		pc := atUnlock
		if late {
			pc = atZero
		}
		n.done(mNew, pc)
	case atUnlock:
		g.Lock = 0
		n.done(mUnlock, idle)
	}
}

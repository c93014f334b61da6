package model

// visit looks at the next head in a scan, or in extend's shorter one.
func (n *runStep) visit() {
	p := n.me()
	ext := p.Op == opExtend
	if ext && p.P >= p.At+p.N {
		n.extended()
		return
	}
	if p.P >= p.U && !ext {
		n.flush(true)
		return
	}
	w, mark := n.W[p.P], uint8(rLoad)
	if ext {
		mark = rExtLoad
	}
	next, free, ok := n.m.look(&n.runState, p.L, p.P, w)
	switch {
	case !ok:
		n.bad(mark, 2)
	case !free && ext:
		n.rest()
		n.resizeDone()
		n.done(mark, runUnlock)
	case !free:
		if p.Run != 0 {
			flush := *n
			flush.flush(false)
			if p.Op == opFollow {
				return
			}
		} else if p.Op == opFollow { // the region does not begin with free pages
			n.Lock[p.L] = 0
			p.L--
			n.done(mark, n.crossed())
			return
		}
		p.Run, p.P = 0, next
		if p.P >= p.U {
			n.flush(true)
			return
		}
		n.done(mark, runScan)
	case w.kind() == kPending:
		n.join(w, next)
	case p.Run == 0:
		p.Run = p.P + 1
		p.P = next
		if n.m.Hints && p.Op == opAlloc && p.T == 0 {
			p.T = p.Run
		}
		n.visit() // nobody else can change a free run's word
	case n.m.Bug == ZeroBeforeMerge:
		n.W[p.P] = 0
		p.BE = next
		n.done(rMergeZero, runMerge)
	default:
		n.W[p.Run-1] = runOf(kFree, next-(p.Run-1))
		if n.W[p.P] != 0 {
			n.done(rMerge, runMerge)
			return
		}
		p.P = next
		n.done(rMerge, p.PC)
	}
}

// join makes the next store of a join: a word inside, or the commit.
func (n *runStep) join(w rword, next uint8) {
	p := n.me()
	for q := p.P + 1; q < min(next, p.P+spanLen) && n.m.Bug != JoinKeepsBack; q++ {
		if n.W[q] != 0 {
			n.W[q] = 0
			n.done(rJoinZero, p.PC)
			return
		}
	}
	n.W[p.P] = runOf(kFree, next-p.P)
	if n.m.Hints && p.P+w.n() > n.m.end(p.L) {
		n.done(rJoin, runOpened)
		return
	}
	n.done(rJoin, p.PC)
}

// flush is what a scan does with the free extent [Run, P) that it has found,
// once for each choice; last says that the region ends here.
func (n *runStep) flush(last bool) {
	p := n.me()
	end := n.m.end(p.L)
	switch {
	case p.Op == opTail:
		if !last {
			return
		}
		if p.Run == 0 || p.P != end || p.U != end {
			n.done(rLoad, n.crossed())
			return
		}
		for at := p.Run - 1; at < end; at++ {
			if at == p.Run-1 || n.m.Align && at%2 == 0 && at < p.Run+1 {
				c := *n
				c.me().At, c.me().T = at, p.Run
				c.done(rLoad, runFollow)
			}
		}
		return
	case p.Op == opFollow:
		n.crossing()
		return
	case p.Run != 0:
		n.choices(p.Run, p.P)
		if n.m.Hints && !last && p.B == 0 {
			c := *n
			c.me().B, c.me().BE = p.Run, p.P
			c.me().Run = 0
			next, _, _ := n.m.look(&n.runState, p.L, p.P, n.W[p.P])
			c.me().P = next
			c.done(rLoad, runScan)
		}
	}
	if !last {
		return
	}
	if p.B != 0 {
		n.choices(p.B, p.BE)
	}
	if n.m.Hints {
		p.Run, p.N, p.P, p.B, p.BE = 0, 0, 0, 0, 0
		n.done(rLoad, runLow)
		return
	}
	p.Run, p.P, p.U = 0, 0, 0
	n.done(rLoad, runUnlock)
}

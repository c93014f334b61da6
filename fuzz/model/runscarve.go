package model

// choices emits a step for every request that the extent [run-1, end) can meet.
func (n *runStep) choices(run, end uint8) {
	p := n.me()
	if n.blocks() >= n.m.Live {
		return
	}
	usable := min(end, p.U)
	for at := run - 1; at < usable; at++ {
		if at != run-1 && (!n.m.Align || at%2 != 0 || at > run) {
			continue
		}
		for k := uint8(1); k <= usable-at; k++ {
			if n.m.Sizes>>k&1 != 0 {
				n.choose(run, end, at, k, runOf(kLarge, k))
			}
			if n.m.Spans && k == spanLen {
				n.choose(run, end, at, k, runOf(kSpan, 0))
			}
		}
	}
}

func (n *runStep) choose(run, end, at, k uint8, w rword) {
	c := *n
	p := c.me()
	p.Run, p.P, p.At, p.N, p.S = run, end, at, k, w
	p.B, p.BE = 0, 0
	if c.m.Slots && w.kind() == kLarge {
		p.S = w.ofSlot(c.i)
	}
	if c.m.Hints {
		c.done(rLoad, runLow)
		return
	}
	c.done(rLoad, c.carveNext(runLow))
}

// carveNext is the next store of a carve after the one at pc.
func (n *runStep) carveNext(pc uint8) uint8 {
	p := n.me()
	if p.N == 0 {
		p.U = 0
		return runUnlock
	}
	late := n.m.Bug == RestAfterCommit
	for pc++; ; pc++ {
		switch pc {
		case runSplit, runSplitRun:
			if p.At > p.Run-1 {
				return pc
			}
		case runRest:
			if p.At+p.N < n.written() && !late {
				return pc
			}
		case runInside:
			if p.S.kind() == kSpan {
				return pc
			}
		case runCommit:
			return pc
		default:
			if p.At+p.N < min(p.P, p.U) && late && pc == runCommit+1 {
				return runRest
			}
			p.Run, p.P, p.U, p.At, p.N, p.S, p.T = 0, 0, 0, 0, 0, 0, 0
			return runUnlock
		}
	}
}

// written is before which page a carve writes what remains.
func (n *runStep) written() uint8 {
	switch p := n.me(); n.m.Bug {
	case RestBeyond:
		return p.P
	case RestVirgin:
		return 0
	default:
		return min(p.P, p.U)
	}
}

// born is the moment at which a block comes to be.
func (n *runStep) born() {
	p := n.me()
	k := p.N
	if p.S.kind() == kSpan {
		k |= 8
	}
	if n.m.Slots {
		k |= n.i << 4
	}
	n.W[p.At] = p.S
	n.Block[p.At] = k
}

// carving makes the stores that make a block of a free extent.
func (n *runStep) carving() {
	p := n.me()
	if p.Op == opFollow {
		n.commitAcross()
		return
	}
	if p.Op == opTail { // runFollow
		n.lockFor(p.L+1, opFollow, rFollow)
		return
	}
	pc := p.PC
	switch pc {
	case runSplit:
		n.W[p.At] = runOf(kFree, p.P-p.At)
		n.done(rSplit, n.carveNext(pc))
	case runSplitRun:
		n.W[p.Run-1] = runOf(kFree, p.At-(p.Run-1))
		n.done(rSplitRun, n.carveNext(pc))
	case runRest:
		n.W[p.At+p.N] = runOf(kFree, p.P-(p.At+p.N))
		if n.m.Bug == RestAfterCommit {
			pc = runCommit + 1
		}
		n.done(rRest, n.carveNext(pc))
	case runInside:
		n.W[p.At+1] = runOf(kBack, 1)
		n.done(rBack, n.carveNext(pc))
	case runCommit:
		n.born()
		n.done(rCommit, n.carveNext(pc))
	}
}

package model

// crossing emits what may follow when region L begins with the free pages up
// to P: the block ends in it, or the way goes on, or there is no room.
func (n *runStep) crossing() {
	p := n.me()
	from, end := n.m.from(p.L), n.m.end(p.L)
	for to := from + 1; to <= min(p.P, p.U); to++ {
		k := to - p.At
		if n.m.Sizes>>k&1 == 0 {
			continue
		}
		c := *n
		q := c.me()
		q.Run, q.N, q.S = 0, k, runOf(kLarge, k)
		if n.m.Slots {
			q.S = q.S.ofSlot(n.i)
		}
		pc := runRest
		if to >= min(p.P, p.U) {
			pc = c.contFirst()
		}
		c.done(rLoad, pc)
	}
	if p.P == end && p.U == end && p.L+1 < n.m.Regions && n.Committed > end {
		c := *n
		c.lockFor(p.L+1, opFollow, rFollow)
	}
	n.done(rLoad, n.crossed())
}

// contFirst is where the Conts begin, in B.
func (n *runStep) contFirst() uint8 {
	p := n.me()
	p.B = p.R + 1
	if n.m.Bug == CommitBeforeCont {
		return n.splitFirst()
	}
	return runCont
}

func (n *runStep) splitFirst() uint8 {
	if p := n.me(); p.At > p.T-1 {
		return runSplit
	}
	return runCommit
}

// commitAcross makes the stores of a block that crosses regions.
func (n *runStep) commitAcross() {
	p := n.me()
	early := n.m.Bug == CommitBeforeCont
	switch p.PC {
	case runRest:
		n.W[p.At+p.N] = runOf(kFree, p.P-(p.At+p.N))
		n.done(rCrossRest, n.contFirst())
	case runCont:
		q := n.m.from(p.B)
		n.W[q] = contOf(q-p.At, min(n.m.Pages, p.At+p.N-q))
		pc := runCont
		if p.B++; p.B > p.L {
			if pc = n.splitFirst(); early {
				pc = n.crossed()
			}
		}
		n.done(rCont, pc)
	case runSplit:
		n.W[p.At] = runOf(kFree, n.m.end(p.R)-p.At)
		n.done(rCrossSplit, runSplitRun)
	case runSplitRun:
		n.W[p.T-1] = runOf(kFree, p.At-(p.T-1))
		n.done(rCrossSplitRun, runCommit)
	case runCommit:
		n.born()
		pc := runCont
		if !early {
			pc = n.crossed()
		}
		n.done(rCrossCommit, pc)
	}
}

// crossed forgets what the locks' release does not need.
func (n *runStep) crossed() uint8 {
	p := n.me()
	*p = runProc{R: p.R, L: p.L}
	return runUnlock
}

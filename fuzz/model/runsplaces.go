package model

// step is what a process does next in the middle of an operation.
func (n *runStep) step() {
	p := n.me()
	switch p.PC {
	case runTidy:
		n.tidy()
	case runScan, runExtend:
		n.visit()
	case runMerge: // the second word of a merge
		if n.m.Bug == ZeroBeforeMerge {
			n.W[p.Run-1] = runOf(kFree, p.BE-(p.Run-1))
			p.P, p.BE = p.BE, 0
			n.done(rMerge, n.looking())
			return
		}
		n.W[p.P] = 0
		p.P = p.Run - 1 + n.W[p.Run-1].n()
		n.done(rMergeZero, n.looking())
	case runOpened:
		n.Low[p.L+1] = 0
		pc := n.looking()
		if p.D { // shrink is done, and keeps only its lock
			pc, p.D, p.Op, p.At = runUnlock, false, 0, 0
		}
		n.done(rOpenLow, pc)
	case runLow:
		first := p.U
		if p.T != 0 {
			first = p.T - 1
		}
		first -= n.m.from(p.R)
		if n.m.Bug != LowStored {
			first = min(first, n.Low[p.R])
		}
		n.Low[p.R], p.T = first, 0
		n.done(rLow, n.carveNext(runLow))
	case runUnlock:
		n.Lock[p.R] = 0
		if p.R < p.L {
			p.R++
			n.done(rUnlock, runUnlock)
			return
		}
		n.done(rUnlock, idle)
	case runAgainRest, runAgain:
		n.againShorter()
	case runFree, runFreeLow:
		n.freeing()
	case runVisit, runMark:
		n.recovering()
	case runExtLock, runExtRest, runExtCommit, runExtZero, runShrLock, runShrRest, runShrCommit:
		n.resizing()
	default:
		n.carving()
	}
}

// looking is the place where the operation's scan goes on.
func (n *runStep) looking() uint8 {
	if n.me().Op == opExtend {
		return runExtend
	}
	return runScan
}

// tidy makes the next store of a repair, if another is needed.
func (n *runStep) tidy() {
	p := n.me()
	for p.P < p.U {
		if p.S == 0 {
			p.S = n.W[p.P]
		}
		next, _, ok := n.m.look(&n.runState, p.L, p.P, p.S)
		if !ok {
			n.bad(rTidyStore, 2)
			return
		}
		for q := p.P + 1; q < min(next, p.U); q++ {
			want := rword(0)
			if p.S.kind() == kSpan {
				want = runOf(kBack, q-p.P)
			}
			if n.W[q] != want {
				n.W[q] = want
				n.done(rTidyStore, runTidy)
				return
			}
		}
		p.P, p.S = next, 0
	}
	p.P, p.U = 0, 0
	if p.Op == opTidy {
		n.done(rTidyDone, runUnlock)
		return
	}
	n.scanFrom(rTidyDone)
}

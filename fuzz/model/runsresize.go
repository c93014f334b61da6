package model

// extended has found the room that the block wants.
func (n *runStep) extended() {
	p := n.me()
	if p.At+p.N < min(p.P, p.U) {
		n.W[p.At+p.N] = runOf(kFree, p.P-(p.At+p.N))
		n.done(rExtRest, runExtCommit)
		return
	}
	p.PC = runExtCommit
	n.resizing()
}

// resized is the moment at which a block changes its length.
func (n *runStep) resized() {
	p := n.me()
	n.W[p.At] = p.S.withLen(p.N)
	n.Block[p.At] = n.Block[p.At]&^7 | p.N
}

// resizing is what extend and shrink do beside scanning.
func (n *runStep) resizing() {
	p := n.me()
	r := p.R
	switch p.PC {
	case runExtLock:
		ok, _ := n.take(r, false)
		if !ok {
			n.rest()
			n.done(rExtLock, idle)
			return
		}
		if n.m.Bug != UsableBeforeLock {
			p.U = n.m.usable(&n.runState, r)
		}
		p.Op, p.P = opExtend, p.At+p.S.n()
		n.done(rExtLock, runExtend)
	case runExtCommit:
		q := p.At + p.S.n()
		if n.m.Bug == ZeroBeforeExtend && n.W[q] != 0 {
			n.W[q] = 0
			n.done(rExtZero, runExtCommit)
			return
		}
		switch block, word := n.same(); {
		case !block:
			n.bad(rExtCommit, 1)
			return
		case !word:
			n.done(rExtCommit, runExtCommit)
			return
		}
		n.resized()
		n.done(rExtCommit, runExtZero)
	case runExtZero:
		n.W[p.At+p.S.n()] = 0
		n.rest()
		n.resizeDone()
		n.done(rExtZero, runUnlock)
	case runShrLock:
		if n.m.Bug != ShrinkWithoutLock {
			if ok, _ := n.take(r, false); !ok {
				n.rest()
				n.done(rShrLock, idle)
				return
			}
		}
		pc := runShrRest
		if p.At+p.N >= n.m.end(r) {
			pc = runShrCommit
		}
		n.done(rShrLock, pc)
	case runShrRest:
		n.W[p.At+p.N] = runOf(kFree, min(n.m.end(r), p.At+p.S.n())-(p.At+p.N))
		n.done(rShrRest, runShrCommit)
	case runShrCommit:
		switch block, word := n.same(); {
		case !block:
			n.bad(rShrCommit, 1)
			return
		case !word:
			n.done(rShrCommit, runShrCommit)
			return
		}
		n.shrunk()
	}
}

// resizeDone forgets what the lock's release does not need.
func (n *runStep) resizeDone() {
	p := n.me()
	*p = runProc{R: p.R, L: p.R}
}

// shrunk is shrink's commit and what comes after.
func (n *runStep) shrunk() {
	p := n.me()
	n.resized()
	n.rest()
	at, crosses := min(p.At+p.N, n.m.end(p.R)-1), p.At+p.S.n() > n.m.end(p.R)
	n.resizeDone()
	switch {
	case n.m.Bug == ShrinkWithoutLock:
		n.done(rShrCommit, idle)
	case n.m.Hints:
		n.me().At, n.me().Op, n.me().D = at, opTail, crosses
		n.done(rShrCommit, runFreeLow)
	default:
		n.done(rShrCommit, runUnlock)
	}
}

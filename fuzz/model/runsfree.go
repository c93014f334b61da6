package model

// rest is the end of the block that the process works on; the user may go on.
func (n *runStep) rest() { n.Busy &^= 1 << n.me().At }

// free begins a free. Where no recovery changes words meanwhile, the load and
// the compare-and-swap are one.
func (n *runStep) free() {
	if n.m.Slots {
		n.done(rFind, runFree)
		return
	}
	n.me().PC = runFree
	n.freeing()
}

// same says whether the block's word is still one of that block, and if so
// whether it is the very word seen; else it is now.
func (n *runStep) same() (block, word bool) {
	p := n.me()
	w := n.W[p.At]
	if w == p.S {
		return true, true
	}
	if w.kind() != kLarge || w.n() != p.S.n() {
		return false, false
	}
	p.S = w
	return true, false
}

// stash emits the other way to free a large block: its heap remembers it, and no
// hint tells of it (so models with hints leave this out).
func (n *runStep) stash() {
	p := n.me()
	k := p.S.n()
	if n.m.Can[n.i]&canStash == 0 || p.S.kind() != kLarge || p.S&rOrph != 0 || p.At+k > n.m.end(p.At/n.m.Pages) {
		return
	}
	c := *n
	c.W[p.At] = runOf(kPending, k) | rClean
	c.Block[p.At] = 0
	c.rest()
	c.done(rFree, idle)
}

// again begins and ends a malloc that makes a run at page p a block again. Whoever
// remembers it may have done so for long: only the word counts.
func (n *runStep) again(p uint8) {
	w := n.W[p]
	k := w.n()
	any := n.m.Bug == AgainUnclean && w.kind() == kPending && p+k <= n.m.end(p/n.m.Pages)
	if n.blocks() >= n.m.Live || w != runOf(kPending, k)|rClean && !any {
		return
	}
	me := n.me()
	me.At, me.N, me.S = p, k, runOf(kLarge, k)
	if n.m.Slots {
		me.S = me.S.ofSlot(n.i)
	}
	if n.m.Bug == AgainShorter && k > 1 {
		me.N, me.S = k-1, me.S.withLen(k-1)
		me.P = k
		n.done(rCommit, runAgainRest)
		return
	}
	n.born()
	n.done(rAgain, idle)
}

// againShorter takes only a part of a run, without the region's lock.
func (n *runStep) againShorter() {
	p := n.me()
	if p.PC == runAgainRest {
		n.W[p.At+p.N] = runOf(kFree, p.P-p.N)
		n.done(rRest, runAgain)
		return
	}
	if n.W[p.At] == runOf(kPending, p.P)|rClean && n.blocks() < n.m.Live {
		n.born()
	} else if n.W[p.At+p.N] == runOf(kFree, p.P-p.N) {
		n.W[p.At+p.N] = 0
	}
	n.done(rAgain, idle)
}

// freeing is a free: no lock, one compare-and-swap, then hints.
func (n *runStep) freeing() {
	p := n.me()
	r := p.At / n.m.Pages
	switch p.PC {
	case runFree:
		if n.m.Bug == LowerFirst && p.T == 0 {
			n.Low[r], p.T = min(n.Low[r], p.At-n.m.from(r)), 1
			n.done(rFreeLow, runFree)
			return
		}
		block, word := n.same()
		switch {
		case !block:
			n.rest()
			n.bad(rFree, 1)
			return
		case !word:
			n.done(rFree, runFree)
			return
		}
		n.stash()
		mark, k := uint8(rFree), p.S.n()
		if p.S.kind() == kSpan {
			mark, k = rRelease, spanLen
		}
		n.W[p.At] = runOf(kPending, k)
		n.Block[p.At] = 0
		n.rest()
		if !n.m.Hints || n.m.Bug == LowerFirst {
			p.T = 0
			n.done(mark, idle)
			return
		}
		p.S = 0
		n.done(mark, runFreeLow)
	case runFreeLow:
		n.Low[r] = min(n.Low[r], p.At-n.m.from(r))
		switch {
		case p.D: // shrink, of a block that crosses
			n.done(rFreeLow, runOpened)
			return
		case p.Op == opTail: // shrink keeps the lock
			p.Op, p.At = 0, 0
			n.done(rFreeLow, runUnlock)
			return
		}
		n.done(rFreeLow, idle)
	}
}

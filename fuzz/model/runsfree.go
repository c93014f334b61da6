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

// freeing is a free: no lock, one compare-and-swap, then hints.
func (n *runStep) freeing() {
	p := n.me()
	r := p.At / n.m.Pages
	switch p.PC {
	case runFree:
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
		mark, k := uint8(rFree), p.S.n()
		if p.S.kind() == kSpan {
			mark, k = rRelease, spanLen
		}
		n.W[p.At] = runOf(kPending, k)
		n.Block[p.At] = 0
		n.rest()
		if !n.m.Hints {
			n.done(mark, idle)
			return
		}
		p.S = 0
		n.done(mark, runFreeLow)
	case runFreeLow:
		n.Low[r] = min(n.Low[r], p.At-n.m.from(r))
		n.done(rFreeLow, runFreeDirty)
	case runFreeDirty:
		n.Dirty[r] = true
		switch {
		case p.D: // shrink, of a block that crosses
			n.done(rFreeDirty, runOpened)
			return
		case p.Op == opTail: // shrink keeps the lock
			p.Op, p.At = 0, 0
			n.done(rFreeDirty, runUnlock)
			return
		}
		n.done(rFreeDirty, idle)
	}
}

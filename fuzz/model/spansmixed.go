package model

// see goes on to the compare-and-swap that adopts. Only the planted bug looks
// first whether anything is live.
func (n *spanStep) see(mark, pc uint8) {
	if n.m.Bug == MixedByLook {
		n.me().After = pc
		pc = atSee
	}
	n.done(mark, pc)
}

// mixed is the flag of a span that user u adopts. Its word says whose it was, and
// does so at the moment of the adoption; what was seen of its bits before need
// not be true any more.
func (n *spanStep) mixed(u uint8) word {
	w := n.page().W
	same := w.slot() == u && (w.gen() == n.Gen[u]&3 || n.m.Bug == MixedBySlot || n.m.Bug == AnyGeneration && n.me().Of != 0)
	switch {
	case n.m.Bug == MixedNotSet:
		return 0
	case n.m.Bug == MixedByLook && n.me().PC != atTakeBack && n.me().X == 0:
		return 0
	case !same:
		return wMixed
	case n.m.Bug == MixedLost:
		return 0
	}
	return w & wMixed
}

// unmix takes the flag away from a span that was found empty by its owner.
func (n *spanStep) unmix(pc uint8) {
	g := n.page()
	if n.m.Bug != MixedByLook && (g.A&^g.R == 0 || n.m.Bug == Unmixed) {
		g.W &^= wMixed
	}
	n.done(mUnmix, pc)
}

// gone says that the user of slot s runs no more.
func (n *spanState) gone(s uint8) bool { return n.Proc[s].PC == dead || n.Proc[s].Of == s+1 }

// mayFree are the blocks of g that process i may free. Where recovery frees, the
// blocks of a user that has died are not for others to free until it is done.
func (n *spanState) mayFree(m *Spans, i uint8, g *spanPage) uint8 {
	may := g.Held &^ g.Busy
	if m.Reclaim && m.Bug != HandedOn {
		for s, by := range g.By[:3] {
			if uint8(s) != i && n.gone(uint8(s)) {
				may &^= by
			}
		}
	}
	return may
}

// mayDie is false for a process that is never killed, and while somebody else is freeing a block of process i and
// recovery would free it too: a program that hands blocks on must not reclaim.
func (n *spanState) mayDie(m *Spans, i uint8) bool {
	if m.Safe[i] {
		return false
	}
	for j, p := range n.Proc {
		if m.Reclaim && m.Bug != HandedOn && uint8(j) != i && (p.PC == atOwnFree || p.PC >= atFreeR && p.PC <= atFreeOr) &&
			n.Page[p.Page].By[i]>>p.Bit&1 != 0 {
			return false
		}
	}
	return true
}

// close ends a process that owns no span. Its blocks stay.
func (n *spanStep) close() {
	n.end(n.i)
	n.Byte[n.i] = 0
	n.Closes--
	*n.me() = spanProc{PC: dead}
	n.emit(n.i, mClose, n.spanState)
}

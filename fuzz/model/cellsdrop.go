package model

// mark is where the drop of a block begins.
func (n *cellStep) mark() uint8 {
	if n.m.ByMark && n.m.Bug != MarkWithoutLanes {
		return clDropScan
	}
	if n.m.Bug == NoMark {
		return clFreeing
	}
	return clMark
}

// dropping frees block F, which nobody but this operation knows of.
func (n *cellStep) dropping() {
	g, l := n.me(), n.lane()
	switch g.PC {
	case clDropScan:
		n.scan(ceDropLanes, g.F, clMark)
	case clMark:
		b := g.F - 1
		n.K |= 1 << b
		if n.m.Large { // the word says whose it is now
			n.Block[b].User = n.slot() + 1
			n.Old &^= 1 << b
		}
		switch n.m.Bug {
		case OneArgument:
			n.done(ceMark, clDropArg)
		case FreedFirst:
			n.done(ceMark, clOr)
		default:
			n.done(ceMark, clFreeing)
		}
	case clDropArg:
		l.Cell = noCell
		n.done(ceMark, clFreeing)
	case clFreeing:
		l.Op, l.F = opFreeing, g.F
		l.Cell, l.Y, l.X = 0, 0, 0 // nobody reads them now
		if n.m.Bug == FreedFirst {
			n.done(ceFreeing, clDropped)
			return
		}
		n.done(ceFreeing, clOr)
	case clOr, clFreeOr:
		n.giveBackOf(g.F - 1)
		if n.m.Bug == FreedFirst && g.PC == clOr {
			n.done(ceOr, clFreeing)
			return
		}
		n.done(ceOr, clDropped)
	case clDropped:
		n.disarm(ceDropped, true)
	case clKeepScan:
		n.scan(ceKeepLanes, g.X, clKeep)
	case clKeep:
		n.K |= 1 << (g.X - 1)
		n.done(ceKeep, idle)
	}
}

// scan looks at one lane after another: whose operation is freeing a block that
// somebody else knows of has freed it, and the block is a later one.
func (n *cellStep) scan(mark, off, pc uint8) {
	g := n.me()
	if l := &n.Lane[g.T]; g.T != n.at() || g.PC == clKeepScan {
		n.stale(l, off)
	}
	if g.T++; g.T == n.m.Lanes {
		g.T = 0
		n.done(mark, pc)
		return
	}
	n.done(mark, g.PC)
}

// stale closes the operation of a lane that has freed the block.
func (n *cellStep) stale(l *cellLane, off uint8) {
	if l.Op == opFreeing && l.F == off {
		l.Op, l.F = opIdle, 0
	}
}

// giveBack frees block b by who has it.
func (n *cellStep) giveBack(b uint8) {
	n.R |= 1 << b
	n.Block[b].Note, n.Block[b].User = noteFree, 0
	n.Old &^= 1 << b
}

// giveBackOf frees block b for the operation of the lane.
func (n *cellStep) giveBackOf(b uint8) {
	if l := n.Block[b].Note - noteOp; l != n.at() && !(n.m.Large && n.again(l, b)) {
		n.Bad = 2
	}
	n.giveBack(b)
}

// again says that the dead user's lane l was freeing the block as well. A large
// block's mark is the user's, so recovery frees it for either; the other then sees
// that it is done.
func (n *cellStep) again(l, b uint8) bool {
	return n.me().Of != 0 && l < n.m.Lanes && n.m.Slot[l] == n.slot() && n.Lane[l].Op == opFreeing && n.Lane[l].F == b+1
}

// disarm ends the operation. Nothing of it must be left undone.
func (n *cellStep) disarm(mark uint8, dropped bool) {
	l := n.lane()
	if !dropped || n.m.Bug != DisarmedFirst {
		for b := range n.Block {
			if k := &n.Block[b]; k.Note == noteOp+n.at() {
				n.half(k)
			}
		}
	}
	l.Op, l.Cell, l.Y, l.X, l.F = opIdle, 0, 0, 0, 0
	n.done(mark, idle)
}

// half is an operation that is over and has left block k to nobody. Numbers that
// wrap round may do that, and no more: the block is one that its user has lost.
func (n *cellStep) half(k *cellBlock) {
	if n.m.Wrap == 0 {
		n.Bad = 3
	}
	k.Note = noteLost
}

// Places of a span's owner that collects. Of the lanes one at most can be freeing
// the block, so a look at all is one step.
const (
	collLanes uint8 = iota + 1
	collK
	collR
)

// collect is the next step of who owns the span of block b, if it was returned.
func (n *cellStep) collect(b uint8) {
	bit, k := uint8(1)<<b, &n.Block[b]
	if n.R&bit == 0 {
		return
	}
	const owner = 8
	if n.m.Large {
		n.A, n.R, n.K = n.A&^bit, n.R&^bit, n.K&^bit
		*k = cellBlock{}
		n.out(owner, ceJoin)
		return
	}
	switch k.Coll {
	case 0:
		n.A &^= bit
		k.Coll = collR
		switch {
		case n.m.ByMark:
			k.Coll = collK
		case n.K&bit != 0 && n.m.Bug != NoDisarm:
			k.Coll = collLanes
		}
		n.out(owner, ceCollectA)
	case collLanes:
		for l := range n.Lane {
			n.stale(&n.Lane[l], b+1)
		}
		k.Coll = collR
		n.out(owner, ceCollectLane)
	case collK:
		n.K &^= bit
		k.Coll = collR
		n.out(owner, ceCollectK)
	case collR:
		n.K &^= bit
		n.R &^= bit
		k.Coll = 0
		n.out(owner, ceCollectR)
	}
}

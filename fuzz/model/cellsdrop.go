package model

// drops is where the drop of a block begins.
func (n *cellStep) drops() uint8 {
	if n.m.Bug == NoMark {
		return clDrop
	}
	return clMark
}

// dropping frees block D, which nobody but this operation knows of.
func (n *cellStep) dropping() {
	g, l := n.me(), n.lane()
	b := g.D - 1
	switch g.PC {
	case clDropArg:
		l.Cell = noCell
		n.done(ceMark, clDrop)
	case clMark:
		n.K |= 1 << b
		mark, pc := uint8(ceMark), clDrop
		if n.large(b) { // the word says whose it is now
			n.Block[b].User = n.slot() + 1
			n.Old &^= 1 << b
			mark = ceMarkLarge
		}
		switch n.m.Bug {
		case FreedFirst:
			pc = clGive
		case OneArgument:
			pc = clDropArg
		}
		n.done(mark, pc)
	case clDrop:
		l.Op, l.D, l.Big = opDrop, g.D, n.large(b)
		l.Cell, l.Y, l.X = 0, 0, 0 // nobody reads them now
		if n.m.Bug == FreedFirst {
			n.done(ceDrop, clDropped)
			return
		}
		n.done(ceDrop, clGive)
	case clGive, clFinishGive:
		mark, pc := uint8(ceGive), clDropped
		if n.large(b) {
			mark = cePend
		}
		n.giveBackOf(b)
		if n.m.Bug == FreedFirst && g.PC == clGive {
			pc = clDrop
		}
		n.done(mark, pc)
	case clDropped:
		n.disarm(true)
	case clKeep:
		n.K |= 1 << (g.X - 1)
		n.done(ceKeep, idle)
	}
}

func (s *cellState) large(b uint8) bool { return s.Large>>b&1 != 0 }

// stale closes the operation of a lane that has freed the block.
func (n *cellStep) stale(l *cellLane, off uint8) {
	if l.Op == opDrop && l.D == off {
		l.Op, l.D, l.Big = opIdle, 0, false
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
	if l := n.Block[b].Note - noteOp; l != n.at() && !(n.large(b) && n.again(l, b)) {
		n.Bad = 2
	}
	n.giveBack(b)
}

// again says that the dead user's lane l was dropping the block as well. A large
// block's mark is the user's, so recovery frees it for either; the other then sees
// that it is done.
func (n *cellStep) again(l, b uint8) bool {
	return n.me().Of != 0 && l < n.m.Lanes && n.m.Slot[l] == n.slot() && n.Lane[l].Op == opDrop && n.Lane[l].D == b+1
}

// disarm ends the operation. Nothing of it must be left undone.
func (n *cellStep) disarm(dropped bool) {
	l := n.lane()
	if !dropped || n.m.Bug != DisarmedFirst {
		for b := range n.Block {
			if k := &n.Block[b]; k.Note == noteOp+n.at() {
				n.half(k)
			}
		}
	}
	*l = cellLane{Seq: l.Seq, Passed: l.Passed}
	n.done(ceDone, idle)
}

// half is an operation that is over and has left block k to nobody. Numbers that
// wrap round may do that, and no more: the block is one that its user has lost.
func (n *cellStep) half(k *cellBlock) {
	if n.m.Wrap == 0 {
		n.Bad = 3
	}
	k.Note = noteLost
}

// Places of a span's owner that collects. Of the lanes one at most can be dropping
// the block, so a look at all is one step.
const (
	collLanes uint8 = iota + 1
	collR
)

// collect is the next step of who owns the span of block b, if it was returned.
func (n *cellStep) collect(b uint8) {
	bit, k := uint8(1)<<b, &n.Block[b]
	if n.R&bit == 0 {
		return
	}
	const owner = 8
	if n.large(b) {
		n.A, n.R, n.K = n.A&^bit, n.R&^bit, n.K&^bit
		n.Large &^= bit
		*k = cellBlock{}
		n.out(owner, ceJoin)
		return
	}
	switch k.Coll {
	case 0:
		n.A &^= bit
		k.Coll = collR
		if n.K&bit != 0 && n.m.Bug != NoDisarm && n.m.Bug != MarkAlone {
			k.Coll = collLanes
		}
		n.out(owner, ceCollectA)
	case collLanes:
		for l := range n.Lane {
			n.stale(&n.Lane[l], b+1)
		}
		k.Coll = collR
		n.out(owner, ceCollectLane)
	case collR:
		n.K &^= bit
		n.R &^= bit
		k.Coll = 0
		n.out(owner, ceCollectR)
	}
}

package model

// claim takes the byte of a dead user's slot. For the own slot, a new process
// attaches.
func (n *cellStep) claim(q, mark uint8) {
	g := n.me()
	n.Byte[q] = n.m.Slot[n.i] + 1
	g.Of = q + 1
	if n.State[q] == slotFree {
		n.done(mark, clSettle)
		return
	}
	n.State[q] = slotDead
	if n.m.Bug == SpansFirst {
		n.done(mark, clSpans)
		return
	}
	n.done(mark, clVisit)
}

// recovering finishes what the dead user's lanes say, and then the rest.
func (n *cellStep) recovering() {
	g := n.me()
	switch g.PC {
	case clVisit:
		n.visit()
	case clTag:
		g.W = cellWord{Off: 0xff} // no cell of the arena
		if g.Cell != noCell {
			g.W = n.Cell[g.Cell]
		}
		n.done(ceTag, clWas)
	case clWas:
		n.decide()
	case clFreeA:
		if b := g.F - 1; n.A>>b&1 == 0 {
			n.done(ceFinishA, clDropped)
			return
		}
		n.done(ceFinishA, clFreeR)
	case clFreeR:
		switch b := g.F - 1; {
		case n.R>>b&1 != 0:
			n.done(ceFinishR, clDropped)
		case n.m.Large && (n.A>>b&1 == 0 || n.K>>b&1 == 0 || n.Old>>b&1 != 0 || n.Block[b].User != g.Of):
			n.done(ceFinishR, clDropped)
		case n.m.Large, n.m.Bug == NoSecondLookAtOp && !n.m.ByMark:
			n.done(ceFinishR, clFreeOr)
		case n.m.ByMark:
			n.done(ceFinishR, clFreeK)
		default:
			n.done(ceFinishR, clFreeOp)
		}
	case clFreeK:
		switch {
		case n.K>>(g.F-1)&1 == 0:
			n.done(ceFinishK, clDropped)
		case n.m.Bug == NoSecondLookAtOp:
			n.done(ceFinishK, clFreeOr)
		default:
			n.done(ceFinishK, clFreeOp)
		}
	case clFreeOp:
		if n.lane().Op != opFreeing {
			n.done(ceFinishOp, clDropped)
			return
		}
		n.done(ceFinishOp, clFreeOr)
	case clFreeOr:
		n.dropping()
	case clSpans:
		for b := range n.Block {
			if k := &n.Block[b]; k.Own == g.Of {
				k.Own = 0
			}
		}
		n.done(ceSpans, clOrphans)
	case clOrphans:
		for b, k := range n.Block {
			if k.User == g.Of && n.A&^n.R>>b&1 != 0 {
				n.Old |= 1 << b
			}
		}
		if n.m.Bug == SpansFirst {
			n.done(ceOrphans, clVisit)
			return
		}
		n.done(ceOrphans, clSettle)
	case clSettle:
		q := g.Of - 1
		for _, k := range n.Block {
			if k.Note >= noteOp && n.m.Slot[k.Note-noteOp] == q {
				n.Bad = 3
			}
		}
		n.settle(q, n.m.Slot[n.i])
		if q == n.m.Slot[n.i] {
			for j := range n.m.Lanes {
				if n.m.Slot[j] == q {
					n.Proc[j] = cellProc{}
				}
			}
		}
		*g = cellProc{}
		n.done(ceSettle, idle)
	}
}

// visit goes to the next lane of the dead. Those that were freeing come last: a
// block that such a lane has freed may be one that another lane of the same user
// drops once more.
func (n *cellStep) visit() {
	g := n.me()
	passes := uint8(2)
	if n.m.Bug == OnePass {
		passes = 1
	}
	for ; g.At < passes*n.m.Lanes; g.At++ {
		if n.slot() != g.Of-1 {
			continue
		}
		l := n.lane()
		switch last := g.At >= n.m.Lanes; {
		case l.Op == opIdle:
		case l.Op == opFreeing && (last || passes == 1):
			g.What, g.F = opFreeing, l.F
			pc := clFreeR
			if n.m.ByMark && !n.m.Large {
				pc = clFreeA
			}
			n.done(ceVisit, pc)
			return
		case l.Op != opFreeing && !last:
			g.What, g.Cell, g.Y, g.X = l.Op, l.Cell, l.Y, l.X
			if n.m.Bug == CellSeenFirst && l.Seen == l.Seq {
				g.T = 1
			}
			n.done(ceVisit, clTag)
			return
		}
	}
	g.At = 0
	if n.m.Bug == SpansFirst {
		n.done(ceVisit, clSettle)
		return
	}
	n.done(ceVisit, clSpans)
}

// decide says by the tag that was loaded, and by CellSeen, whether the operation
// happened, and goes on with what is left to do.
func (n *cellStep) decide() {
	g, l := n.me(), n.lane()
	tag := g.W.Lane == n.at()+1 && g.W.Seq == n.m.low(l.Seq)
	was := l.Seen == l.Seq
	if n.m.Bug == CellSeenFirst { // it was loaded with the lane
		was = g.T != 0
	}
	happened := tag || was
	if g.X != 0 && g.W.Off == g.X {
		happened = false
	}
	g.W, g.T = cellWord{}, 0
	switch {
	case happened && g.X != 0:
		g.F = g.X
		n.done(ceWas, n.mark())
	case happened || g.Y == 0 || n.A&^n.R>>(g.Y-1)&1 == 0 || n.m.Large && n.Block[g.Y-1].User != g.Of:
		n.done(ceWas, clDone)
	default:
		g.F = g.Y
		n.done(ceWas, n.mark())
	}
}

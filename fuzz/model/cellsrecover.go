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
	case clFinishBlock:
		b := g.D - 1
		live := n.A&^n.R>>b&1 != 0
		switch {
		case !live,
			n.lane().Big != n.large(b) && n.m.Bug != PlaceAlone,
			n.large(b) && (n.K>>b&1 == 0 || n.Old>>b&1 != 0 || n.Block[b].User != g.Of),
			n.m.Bug == MarkAlone && n.K>>b&1 == 0:
			n.done(ceFinishBlock, clDropped)
		case n.large(b), n.m.Bug == NoSecondLookAtOp, n.m.Bug == MarkAlone:
			n.done(ceFinishBlock, clFinishGive)
		default:
			n.done(ceFinishBlock, clFinishOp)
		}
	case clFinishOp:
		if n.lane().Op != opDrop {
			n.done(ceFinishOp, clDropped)
			return
		}
		n.done(ceFinishOp, clFinishGive)
	case clFinishGive:
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

// visit goes to the next lane of the dead. Drops come last: a
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
		case l.Op == opDrop && (last || passes == 1):
			g.What, g.D = opDrop, l.D
			n.done(ceVisit, clFinishBlock)
			return
		case l.Op != opDrop && !last:
			g.What, g.Cell, g.Y, g.X = l.Op, l.Cell, l.Y, l.X
			if n.m.Bug == PassedFirst && l.Passed == l.Seq {
				g.T = true
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

// decide says by the tag that was loaded, and by Passed, whether the operation
// happened, and goes on with what is left to do.
func (n *cellStep) decide() {
	g, l := n.me(), n.lane()
	tag := g.W.Lane == n.at()+1 && g.W.Seq == n.m.low(l.Seq)
	was := l.Passed == l.Seq
	if n.m.Bug == PassedFirst { // it was loaded with the lane
		was = g.T
	}
	happened := tag || was
	if g.X != 0 && g.W.Off == g.X {
		happened = false
	}
	g.W, g.T = cellWord{}, false
	switch {
	case happened && g.X != 0:
		g.D = g.X
		n.done(ceWas, n.drops())
	case happened || g.Y == 0 || !n.made(g.Y-1):
		n.done(ceWas, clDone)
	default:
		g.D = g.Y
		n.done(ceWas, n.drops())
	}
}

// made says that block b, which was noted, was issued: a small one is in a span
// that is still the dead user's. For a large one the region's lock may have been
// taken from the dead, so its word must say whose it is.
func (n *cellStep) made(b uint8) bool {
	switch {
	case n.A&^n.R>>b&1 == 0:
		return false
	case n.m.Bug == PlaceAlone && !n.large(b):
		return true
	}
	return !n.m.Large || n.large(b) && n.Block[b].User == n.me().Of && n.Old>>b&1 == 0
}

package model

// operate is the rest of an operation.
func (n *cellStep) operate() {
	g, l := n.me(), n.lane()
	c := &n.Cell[min(int(g.Cell), 1)]
	switch g.PC {
	case clArm:
		n.arm()
	case clIssue:
		b := g.Y - 1
		n.Block[b].Own = 0
		n.issue(b, noteOp+n.at(), n.m.Large)
		if l.Op == opIdle {
			n.done(ceIssue, clArm)
			return
		}
		n.done(ceIssue, clLoad)
	case clLoad:
		n.load()
	case clRearg:
		g.X = g.W.Off
		l.X = g.X
		n.done(ceRearg, n.before())
	case clOver:
		if g.W.Lane == 0 { // the operation is over
			n.done(ceOver, clCas)
			return
		}
		o := n.Lane[g.W.Lane-1]
		switch {
		case !o.armed() || n.m.low(o.Seq) != g.W.Seq:
			n.done(ceOver, clCas)
		case n.m.Bug == TagsAsTheyAre:
			g.O = o.Seq
			n.done(ceOver, clPassed)
		default:
			g.O = o.Seq
			n.done(ceOver, clOverCell)
		}
	case clOverCell:
		if g.W.Lane == 0 || n.Lane[g.W.Lane-1].Cell != g.Cell {
			g.O = 0
			n.done(ceOverCell, clCas)
			return
		}
		n.done(ceOverCell, clAgain)
	case clAgain:
		if *c != g.W {
			g.W, g.O = cellWord{}, 0
			n.done(ceAgain, clLoad)
			return
		}
		n.done(ceAgain, clPassed)
	case clPassed:
		n.passed()
		n.done(cePassed, clCas)
	case clCas:
		n.commit(c)
	case clLate:
		n.passed()
		n.committed(cePassed)
	case clDone:
		n.disarm(false)
	default:
		n.dropping()
	}
}

// arm opens the operation under a new number. It is none that would make the
// cell's tag look like its own.
func (n *cellStep) arm() {
	g, l := n.me(), n.lane()
	l.Op = g.What
	if n.m.Bug != SameNumber {
		l.Seq++
	}
	if w := n.Cell[g.Cell]; n.m.Wrap != 0 && w.Lane == n.at()+1 && w.Seq == n.m.low(l.Seq) && n.m.Bug != TagsAsTheyAre {
		l.Seq++
	}
	l.Cell, l.Y, l.X = g.Cell, g.Y, g.X
	if g.What == opFree || n.Block[g.Y-1].Note == noteOp+n.at() {
		n.done(ceArm, clLoad)
		return
	}
	n.done(ceArm, clIssue)
}

// issue is the store that makes block b live, for whoever note says.
func (n *cellStep) issue(b, note uint8, large bool) {
	bit, k := uint8(1)<<b, &n.Block[b]
	if k.Note != noteFree {
		n.Bad = 1
	}
	if n.K&bit != 0 {
		n.Bad = 4
	}
	n.Large &^= bit
	if large {
		n.Large |= bit
	}
	n.A |= bit
	n.Old &^= bit
	k.User, k.Note = n.slot()+1, note
}

// load looks at the cell, and whether the operation can go on.
func (n *cellStep) load() {
	g := n.me()
	w := n.Cell[g.Cell]
	g.W = w
	switch {
	case g.What == opMalloc && w.Off != 0, g.What == opRealloc && w.Off != g.X: // somebody else was faster
		g.W, g.D = cellWord{}, g.Y
		n.done(ceLoad, n.drops())
	case g.What == opFree && w.Off == 0:
		g.W = cellWord{}
		n.done(ceLoad, clDone)
	case g.What == opFree && w.Off != g.X:
		n.done(ceLoad, clRearg)
	default:
		n.done(ceLoad, n.before())
	}
}

// before is what comes before the compare-and-swap.
func (n *cellStep) before() uint8 {
	if n.me().W.Lane == 0 || n.m.Bug == NotPassed || n.m.Bug == PassedLate {
		return clCas
	}
	return clOver
}

// passed tells the lane whose tag was loaded that its operation happened.
func (n *cellStep) passed() {
	g := n.me()
	if g.W.Lane != 0 && g.O > n.Lane[g.W.Lane-1].Passed {
		n.Lane[g.W.Lane-1].Passed = g.O
	}
	g.O = 0
}

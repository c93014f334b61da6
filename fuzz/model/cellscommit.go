package model

// commit is the compare-and-swap of the cell.
func (n *cellStep) commit(c *cellWord) {
	g, l := n.me(), n.lane()
	if *c != g.W {
		g.W = cellWord{}
		n.done(ceCas, clLoad)
		return
	}
	late := uint8(0)
	if w := g.W; n.m.Bug == PassedLate && w.Lane != 0 {
		if o := n.Lane[w.Lane-1]; o.armed() && n.m.low(o.Seq) == w.Seq {
			late = o.Seq
		}
	}
	*c = cellWord{g.Y, n.at() + 1, n.m.low(l.Seq)}
	if g.Y != 0 {
		n.Block[g.Y-1].Note = noteCell + g.Cell
	}
	if g.X != 0 {
		n.Block[g.X-1].Note = noteOp + n.at()
	}
	if late != 0 {
		g.O = late
		n.done(ceCas, clLate)
		return
	}
	n.committed(ceCas)
}

// committed goes on after the commit: the old block is dropped.
func (n *cellStep) committed(mark uint8) {
	g := n.me()
	g.W = cellWord{}
	if g.X == 0 {
		n.done(mark, clDone)
		return
	}
	g.D = g.X
	if n.m.Bug == DisarmedFirst {
		l := n.lane()
		l.Op, l.Cell, l.Y, l.X = opIdle, 0, 0, 0
	}
	n.done(mark, n.drops())
}

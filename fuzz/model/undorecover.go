package model

// claim takes the byte of a dead user's slot. For the own slot, a new process
// attaches.
func (n *undoStep) claim(q, mark uint8) {
	n.Byte[q] = n.p + 1
	n.me().Of = q + 1
	if n.State[q] == slotFree {
		n.done(mark, unSettle)
		return
	}
	n.done(mark, unVisit)
}

// recovering finishes what the dead user has left in its lane, and returns the
// units that it had.
func (n *undoStep) recovering() {
	g, l := n.me(), n.lane()
	q := n.slot()
	happened := func() bool {
		if n.m.Bug == SeenFirst && g.PC == unTag || n.m.Bug != SeenFirst && g.PC == unWas {
			return l.Seen == l.Seq
		}
		return n.Word.Lane == q+1 && n.Word.Seq == l.Seq
	}
	switch g.PC {
	case unVisit:
		n.State[q] = slotDead
		if l.Op == laneIdle {
			n.done(uVisit, unReturn)
			return
		}
		n.done(uVisit, unTag)
	case unTag:
		if happened() {
			n.done(uTag, unStore)
			return
		}
		n.done(uTag, unWas)
	case unWas:
		if happened() {
			n.done(uWas, unStore)
			return
		}
		n.done(uWas, unDrop)
	case unStore:
		if n.m.Bug == CountAdded && l.Op == laneP {
			n.Count[q]++
		} else {
			n.Count[q] = after(l.Op, l.Count)
		}
		n.done(uFinish, unDrop)
	case unDrop:
		l.Op, l.Count = laneIdle, 0
		n.done(uDrop, unReturn)
	case unReturn:
		switch {
		case n.Count[q] == 0:
			n.done(uNone, unSettle)
		case n.m.Bug == ReturnPlainly || n.m.Bug == ReturnLate:
			g.V.Units = n.Count[q]
			if n.m.Bug == ReturnLate {
				n.Count[q] = 0
			}
			n.done(uNone, unPlain)
		default:
			n.args(laneReturn)
		}
	case unPlain:
		n.Word.Units += g.V.Units
		n.returned(g.V.Units)
		g.V = undoWord{}
		n.done(uCas, unPlainCount)
	case unPlainCount:
		n.Count[q] = 0
		n.done(uCount, unSettle)
	case unSettle:
		if n.Held[q] != 0 || n.Count[q] != 0 {
			n.Bad = 2
		}
		n.settle(q, n.p)
		g.Of = 0
		n.done(uSettle, idle)
	}
}

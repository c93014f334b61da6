package model

// claim takes the byte of the slot of process q, which is dead, to recover what
// it left. For the own slot, a new process attaches.
func (n *lockStep) claim(q, mark uint8) {
	n.Byte[q] = n.p() + 1
	n.me().Of = q + 1
	if n.State[q] == slotFree {
		n.done(mark, lkSettle)
		return
	}
	n.done(mark, lkVisit)
}

// recovering is what the holder of the byte of a dead user's slot does.
func (n *lockStep) recovering() {
	g := n.me()
	q := g.Of - 1
	left := lockOf(q, n.Gen[q])
	switch g.PC {
	case lkVisit:
		n.State[q] = slotDead
		n.done(lVisit, lkLeft)
	case lkLeft:
		switch {
		case n.Word.owner() != left:
			n.done(lLeave, lkSettle)
		case n.m.Bug == RecoverByStore:
			g.V = n.Word
			n.done(lVisit, lkLeave)
		default:
			n.Word = lInconsistent | n.Word&lWaiters
			n.done(lLeave, lkRouse)
		}
	case lkLeave:
		n.Word = lInconsistent | g.V&lWaiters
		n.done(lLeave, lkRouse)
	case lkRouse:
		g.V = 0
		n.wake(lRouse, lkSettle, false)
	case lkSettle:
		n.settle(q, n.p())
		if q == n.p() && n.m.Gors[q] == 2 {
			n.Gor[n.x^1].PC = idle
		}
		n.done(lSettle, idle)
	}
}

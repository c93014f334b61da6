package model

// reset makes the barrier whole. It breaks it first, whoever has arrived: then
// the phase cannot pass any more, and what it notes of it is true.
func (n *barStep) reset() {
	g := n.me()
	switch g.PC {
	case bwReset:
		g.Phase = n.Phase
		if n.m.Bug == NotesFirst {
			if n.Broken || n.Arrived > 0 {
				n.Last = n.Phase + 1
			}
			n.done(bNote, bwReopen)
			return
		}
		if n.m.Bug == BreaksNot && !n.Broken && n.Arrived == 0 {
			g.Flags |= bPlain
			n.done(bNote, bwBury)
			return
		}
		if !n.Broken {
			n.breaks()
		}
		if n.m.Bug == NotesLate {
			n.done(bResetBreak, bwBury)
			return
		}
		n.done(bResetBreak, bwNote)
	case bwNote:
		if n.m.Bug == NotesBack {
			n.Last = g.Phase + 1
		} else {
			n.Last = max(n.Last, g.Phase+1)
		}
		pc := bwBury
		if n.m.Bug == NotesLate {
			pc = bwTellReset
		}
		n.done(bNote, pc)
	case bwBury, bwBuried, bwUnbit:
		n.bury()
	case bwReopen:
		n.reopen()
	case bwClear:
		n.Party = [3]bool{}
		n.done(bBury, bwTellReset)
	case bwTellReset:
		n.moves()
		n.done(bTellReset, idle)
	}
}

// bury clears the bits of the dead, under the byte of each slot, as for readers.
// One that died after somebody else has reopened is not forgotten: the word is
// looked at when its byte is claimed.
func (n *barStep) bury() {
	g := n.me()
	switch g.PC {
	case bwBury:
		if n.m.Bug == ClearsEarly {
			n.Party = [3]bool{}
		}
		for q := range uint8(len(n.Party)) {
			if n.Party[q] && n.left(q) && n.Byte[q] == 0 {
				n.Byte[q] = n.p() + 1
				g.Of = q + 1
				n.done(bBury, bwBuried)
				return
			}
		}
		n.done(bBury, bwReopen)
	case bwBuried:
		whole := n.Phase != g.Phase || !n.Broken
		if whole && n.m.Bug != BuriesLate && n.m.Bug != BreaksNot {
			n.Byte[g.Of-1] = 0
			g.Of = 0
			n.done(bStill, bwReopen)
			return
		}
		n.done(bStill, bwUnbit)
	case bwUnbit:
		n.Party[g.Of-1] = false
		n.Byte[g.Of-1] = 0
		g.Of = 0
		n.done(bUnbit, bwBury)
	}
}

// reopen begins the next phase after a break, unless somebody has done so.
func (n *barStep) reopen() {
	g := n.me()
	if n.m.Bug == NotesFirst {
		if n.Phase != g.Phase {
			n.done(bReopen, bwReset)
			return
		}
		n.breaks()
	}
	if n.has(bPlain) && (n.Phase != g.Phase || n.Broken || n.Arrived > 0) {
		*g = barGor{}
		n.done(bReopen, bwReset)
		return
	}
	if n.Phase == g.Phase {
		n.Phase++
		n.Broken, n.Bereft, n.Came = false, false, [3]bool{}
		n.Death = n.mourns()
	}
	switch n.m.Bug {
	case ClearsLate:
		n.done(bReopen, bwClear)
	case NotesLate:
		n.done(bReopen, bwNote)
	default:
		n.done(bReopen, bwTellReset)
	}
}

// claim takes the byte of a dead user's slot. For the own slot, a new process
// attaches.
func (n *barStep) claim(q, mark uint8) {
	n.Byte[q] = n.p() + 1
	n.me().Of = q + 1
	if n.State[q] == slotFree {
		n.done(mark, bwSettle)
		return
	}
	n.done(mark, bwVisit)
}

// recovering breaks a barrier of which the dead user is a party.
func (n *barStep) recovering() {
	q := n.me().Of - 1
	switch n.me().PC {
	case bwVisit:
		n.State[q] = slotDead
		switch {
		case !n.Party[q]:
			n.done(bVisit, bwSettle)
		case n.m.Bug == RecoversQuietly:
			n.done(bVisit, bwUnparty)
		default:
			n.done(bVisit, bwBreakDead)
		}
	case bwBreakDead:
		if !n.Broken {
			n.breaks()
		}
		n.moves()
		n.done(bBreakDead, bwUnparty)
	case bwUnparty:
		n.Party[q] = false
		n.done(bUnparty, bwSettle)
	case bwSettle:
		n.settle(q, n.p())
		if q == n.p() && n.m.Gors[q] == 2 {
			n.Gor[n.x^1].PC = idle
		}
		n.done(bSettle, idle)
	}
}

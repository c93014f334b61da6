package model

// wait is what one does that has arrived.
func (n *barStep) wait() {
	g := n.me()
	switch g.PC {
	case bwJoin:
		n.join()
	case bwQueued:
		if n.has(bOver) {
			n.quit()
		}
	case bwEvent:
		g.Flags &^= bStale
		n.done(bEvent, bwLook)
	case bwLook:
		switch {
		case n.over():
			n.leave()
			n.done(bLook, bwResult)
		case n.has(bOver):
			n.leave()
			n.takeBack()
		default:
			n.done(bLook, bwSleep)
		}
	case bwSleep:
		if n.has(bStale) {
			n.done(bSleep, bwEvent)
			return
		}
		n.done(bSleep, bwAsleep)
	case bwAsleep:
		switch {
		case n.has(bOver):
			n.done(bEnded, bwEvent)
		case n.m.Quantum:
			n.done(bQuantum, bwMourn)
		}
	case bwMourn, bwBreak, bwTellBroken:
		n.mourn()
	case bwResult:
		n.result()
	}
}

// over says that the goroutine's phase is over, one way or the other.
func (n *barStep) over() bool { return n.Phase != n.me().Phase || n.Broken }

// join enters the queue of the process. Who is not the front looks once itself:
// the front may have come for the next phase.
func (n *barStep) join() {
	if n.Front[n.p()] == 0 {
		n.Front[n.p()] = n.x + 1
		n.done(bJoin, bwEvent)
		return
	}
	if n.over() && n.m.Bug != LooksNot {
		n.done(bJoin, bwResult)
		return
	}
	n.done(bJoin, bwQueued)
}

// leave ends the front's stay in the queue; who waits behind it comes next.
func (n *barStep) leave() {
	n.Front[n.p()] = 0
	if next := n.x ^ 1; n.Gor[next].PC == bwQueued {
		n.Front[n.p()] = next + 1
		n.Gor[next].PC = bwEvent
	}
}

// quit is a context that ends behind the front.
func (n *barStep) quit() {
	if n.over() {
		n.done(bLook, bwResult)
		return
	}
	n.takeBack()
}

// takeBack takes an arrival back; the phase is not over.
func (n *barStep) takeBack() {
	if n.m.Bug == TakesBackLate && !n.has(bStale) { // not at once
		n.me().Flags |= bStale
		n.done(bLook, bwResult)
		return
	}
	n.Arrived--
	n.done(bBack, idle)
}

// mourn breaks the barrier if a party is gone. Only the phase that was open
// before the look at the parties: a slow look must not break what was made whole
// since.
func (n *barStep) mourn() {
	g := n.me()
	switch g.PC {
	case bwMourn:
		if n.over() || !n.bereft() {
			n.done(bLeft, bwEvent)
			return
		}
		n.done(bLeft, bwBreak)
	case bwBreak:
		if n.Broken || n.Phase != g.Phase && n.m.Bug != BreaksLate {
			n.done(bBreak, bwEvent)
			return
		}
		if !n.Death {
			n.Bad = 3
		}
		n.breaks()
		n.done(bBreak, bwTellBroken)
	case bwTellBroken:
		n.moves()
		n.done(bTellBroken, bwEvent)
	}
}

// bereft says that a party is gone.
func (n *barStep) bereft() bool {
	for q, party := range n.Party {
		if party && uint8(q) != n.p() && n.left(uint8(q)) {
			return true
		}
	}
	return false
}

// mourns says what an onlooker knows: a party is dead, whoever holds its byte now.
func (n *barStep) mourns() bool {
	for q, party := range n.Party {
		heir := n.Gor[2*q].Of == uint8(q)+1 || n.Gor[2*q+1].Of == uint8(q)+1
		if party && (n.State[q] != slotLive || n.Byte[q] != uint8(q)+1 || heir) {
			return true
		}
	}
	return false
}

// result is what one is told whose phase is over: that it was broken, if it is
// broken now, or if it or a later one broke before a reset. How one ended that
// passed before that cannot be told any more; it is as well to say broken then.
func (n *barStep) result() {
	g := n.me()
	if n.m.Bug == TakesBackLate && n.has(bStale) {
		n.Arrived--
		n.done(bBack, idle)
		return
	}
	broken := n.Phase == g.Phase || n.Last > g.Phase
	if n.m.Bug == LastExactly {
		broken = n.Phase == g.Phase || n.Last == g.Phase+1
	}
	switch {
	case !broken && n.Fate[g.Phase] != phasePassed:
		n.Bad = 1
	case broken && !n.brokeSince(g.Phase):
		n.Bad = 2
	}
	n.done(bResult, idle)
}

func (n *barStep) brokeSince(phase uint8) bool {
	for _, f := range n.Fate[phase:] {
		if f == phaseBroken {
			return true
		}
	}
	return false
}

package model

// wait is the way of a front.
func (n *semaStep) wait() {
	g := n.me()
	switch g.PC {
	case smTake:
		if n.m.Bug == EventLate {
			g.Flags &^= sStale
			n.done(sEvent, smSleep)
			return
		}
		n.Units = g.N - 1
		n.done(sFast, smHold)
	case smCount:
		n.count()
	case smEvent:
		n.event()
	case smLook:
		n.look()
	case smSleep:
		if n.has(sStale) {
			n.done(sSleep, n.again())
			return
		}
		if n.m.Bug == CountLate && !n.has(sCounted) {
			n.counted()
		}
		n.done(sSleep, smAsleep)
	case smOut:
		if n.has(sCounted) && n.m.Bug != NeverCountedOut {
			g.Flags &^= sCounted
			n.Waiters--
			n.recounts()
		}
		n.done(sOut, smUnlist)
	case smUnlist:
		if n.has(sHas) {
			n.done(sList, smHold)
			return
		}
		n.done(sList, smLater)
	}
}

// again is where a front begins its next look.
func (n *semaStep) again() uint8 {
	n.me().Flags &^= sStale
	return smEvent
}

func (n *semaStep) count() {
	if n.m.Bug == CountLate {
		n.done(sCount, smEvent)
		return
	}
	n.counted()
	n.done(sCount, smEvent)
}

func (n *semaStep) counted() {
	n.me().Flags |= sCounted
	n.Waiters++
	n.recounts()
}

// recounts tells whoever counts the waiters that they have changed.
func (n *semaStep) recounts() {
	for x := range n.Gor {
		if g := &n.Gor[x]; g.PC == smRecount {
			g.Flags |= sStale
		}
	}
}

// event is the load of the event. A front that has waited long may ask newcomers
// to queue.
func (n *semaStep) event() {
	if c := *n; n.Starves > 0 && !n.Starving {
		c.Starves--
		c.Starving = true
		if n.m.Bug == HeedsStarving {
			c.me().Flags |= sStarves
		}
		c.done(sStarve, smEvent)
	}
	if n.has(sOver) {
		n.leave(sLeave, smOut)
		return
	}
	n.me().Flags &^= sStale
	n.done(sEvent, smLook)
}

// look is the front's attempt. Nobody who queues heeds that another starves.
func (n *semaStep) look() {
	g := n.me()
	if n.Units == 0 || n.m.Bug == HeedsStarving && n.Starving && !n.has(sStarves) {
		if n.m.Bug == EventLate {
			n.done(sTake, smTake)
			return
		}
		n.done(sTake, smSleep)
		return
	}
	n.Units--
	n.Starving = false
	g.Flags |= sHas
	n.leave(sTake, smOut)
}

// leave ends the front's stay in the queue; who waits behind it comes next.
func (n *semaStep) leave(mark, pc uint8) {
	p := n.p()
	n.Front[p] = 0
	if other := n.x ^ 1; n.Gor[other].PC == smQueued {
		n.Front[p] = other + 1
		n.Gor[other].PC = smCount
	}
	n.me().Flags &^= sStale
	n.done(mark, pc)
}

// asleep is how a sleeper wakes up by itself.
func (n *semaStep) asleep() {
	switch {
	case n.has(sOver) && n.me().PC == smQueued:
		n.done(sLeave, smUnlist)
	case n.has(sOver):
		n.done(sEnded, n.again())
	case n.m.Quantum && n.me().PC == smAsleep:
		n.done(sQuantum, n.again())
	}
}

// give is V, and what a front that leaves without a unit does: a wake-up may have
// been its own.
func (n *semaStep) give() {
	g := n.me()
	switch g.PC {
	case smHold:
		if n.m.Bug == WaitersEarly {
			if n.Waiters != 0 {
				g.Flags |= sTold
			}
			g.Flags |= sHas
			n.done(sWaiters, smGive)
			return
		}
		n.Units++
		n.done(sGive, smWaiters)
	case smGive:
		n.Units++
		g.Flags &^= sHas
		if !n.has(sTold) {
			n.done(sGive, idle)
			return
		}
		n.done(sGive, smMove)
	case smLater:
		if n.m.Bug == SemaNoPassOn {
			n.done(sLeave, idle)
			return
		}
		n.done(sLeave, smWaiters)
	case smWaiters:
		if n.Waiters == 0 {
			n.done(sWaiters, idle)
			return
		}
		n.done(sWaiters, smMove)
	case smMove:
		for x := range n.Gor {
			if o := &n.Gor[x]; n.m.Bug != EventStays && (o.PC == smLook || o.PC == smSleep) {
				o.Flags |= sStale
			}
		}
		n.done(sMove, smWake)
	case smWake:
		n.wake(sWake, idle)
	}
}

// wake wakes one sleeper, whichever.
func (n *semaStep) wake(mark, pc uint8) {
	some := false
	for y := range n.Gor {
		if n.Gor[y].PC == smAsleep {
			some = true
			c := *n
			c.Gor[y].PC = smEvent
			c.done(mark, pc)
		}
	}
	if !some {
		n.done(mark, pc)
	}
}

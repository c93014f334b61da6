package model

// queue is what a process does that has no unit yet.
func (n *pollStep) queue() {
	g := n.me()
	switch g.PC {
	case pqQueue:
		if n.m.Bug == QueueLate && !n.has(qKnown) { // one look before it is seen in the queue
			g.Flags |= qKnown
			n.done(qBell, pqScan)
			return
		}
		n.mine().Queued = true
		if n.m.Bug == QueueLate {
			n.done(qQueue, pqSleep)
			return
		}
		n.done(qQueue, pqBell)
	case pqBell:
		g.Flags &^= qStale
		n.done(qBell, pqScan)
	case pqScan:
		n.scan()
	case pqLook:
		n.look()
	case pqLate:
		g.Flags &^= qStale
		n.done(qBell, pqSleep)
	case pqSleep:
		if n.has(qStale) {
			n.quiet()
			n.done(qSleep, pqBell)
			return
		}
		n.done(qSleep, pqAsleep)
	case pqGrant:
		*n.mine() = pollSlot{Giving: n.mine().Giving}
		n.grant()
	}
}

// grant is the unit's way to the caller: the next one in the queue is told.
func (n *pollStep) grant() {
	*n.me() = pollProc{Flags: qHas | qGiving}
	n.done(qGrant, pqRing)
}

// quiet forgets what the last look has found, but not that a unit was free.
func (n *pollStep) quiet() {
	g := n.me()
	g.Flags &= qFree | qLong | qKnown
	g.At, g.Before = 0, 0
}

// scan looks at one slot after the other: who is queued before us, and does
// somebody give?
func (n *pollStep) scan() {
	g := n.me()
	if n.m.Bug == UnitsFirst && !n.has(qKnown) {
		if n.Units > 0 {
			n.look()
			return
		}
		g.Flags |= qKnown
		n.done(qLook, pqScan)
		return
	}
	for g.At == n.p { // our own slot says nothing new
		g.At++
	}
	if w := n.Slot[min(g.At, 2)]; g.At < n.m.Procs && (!n.left(g.At) || n.m.Bug == DeadBefore) {
		if w.Giving > 0 && !n.left(g.At) {
			g.Flags |= qGiving
		}
		if w.Queued && w.Ticket < n.mine().Ticket {
			g.Before++
		}
	}
	if g.At++; g.At < n.m.Procs && !(g.At == n.p && g.At+1 == n.m.Procs) {
		n.done(qScan, pqScan)
		return
	}
	g.At = 0
	n.done(qScan, pqLook)
}

// look is the look at the units, with what follows from it. A unit that is
// somebody else's is taken when he has not for a quantum: he may be stopped.
func (n *pollStep) look() {
	g := n.me()
	known := n.m.Bug == UnitsFirst && n.has(qKnown)
	switch {
	case n.Units == 0 || known:
		g.Flags &^= qFree | qLong
		if n.m.Bug == UnitsFirst {
			g.Flags &^= qKnown
		}
		if n.has(qGiving) {
			g.Flags |= qTimed
		}
		n.lie()
	case n.Units <= g.Before && (!n.has(qLong) || n.m.Bug == DeadBefore):
		g.Flags |= qFree
		if n.m.Bug != TurnUntimed && n.m.Bug != DeadBefore {
			g.Flags |= qTimed
		}
		n.lie()
	default:
		n.Units--
		*g = pollProc{Flags: qHas}
		n.done(qGet, pqGrant)
	}
}

func (n *pollStep) lie() {
	g := n.me()
	g.Flags &^= qGiving
	g.Before = 0
	switch n.m.Bug {
	case BellLate:
		n.done(qLook, pqLate)
	case QueueLate:
		if !n.mine().Queued {
			n.done(qLook, pqQueue)
			return
		}
		n.done(qLook, pqSleep)
	default:
		n.done(qLook, pqSleep)
	}
}

// asleep is how a sleeper wakes up by itself, or gives up its place.
func (n *pollStep) asleep() {
	if c := *n; n.Quits > 0 {
		c.Quits--
		*c.mine() = pollSlot{Giving: c.mine().Giving}
		*c.me() = pollProc{Flags: qGiving}
		c.done(qQuit, pqRing)
	}
	g := n.me()
	if n.has(qTimed) {
		if n.has(qFree) {
			g.Flags |= qLong
		}
		n.quiet()
		n.done(qQuantum, pqBell)
	}
}

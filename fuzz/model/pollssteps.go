package model

// pollStep is one state on its way to the next.
type pollStep struct {
	pollState
	m    *Polls
	p    uint8
	emit func(who, mark uint8, to pollState)
}

func (n *pollStep) me() *pollProc    { return &n.Proc[n.p] }
func (n *pollStep) mine() *pollSlot  { return &n.Slot[n.p] }
func (n *pollStep) has(f uint8) bool { return n.me().Flags&f != 0 }

// done emits the step; the process goes on at pc.
func (n *pollStep) done(mark, pc uint8) {
	g := n.me()
	if pc == idle || pc == pqHold {
		*g = pollProc{}
	}
	g.PC = pc
	n.out(mark)
}

func (n *pollStep) out(mark uint8) { n.emit(n.p, mark, n.m.canon(n.pollState)) }

// Next is every step of every process.
func (m Polls) Next(s pollState, emit func(who, mark uint8, to pollState)) {
	for p := range m.Procs {
		fresh := func() *pollStep { return &pollStep{s, &m, p, emit} }
		switch g := s.Proc[p]; {
		case g.PC == dead:
			if m.Can[p]&canAttach != 0 && s.claimable(p, p) {
				fresh().claim(p, qAttach)
			}
			continue
		case g.PC == idle:
			m.begin(fresh)
		case g.PC == pqHold:
			n := fresh()
			n.me().Flags = qHas
			n.announce(qVHeld)
		case g.PC == pqAsleep:
			fresh().asleep()
		case g.PC < pqRing:
			fresh().queue()
		case g.PC <= pqEnd:
			fresh().give()
		default:
			fresh().recovering()
		}
		if s.Kills > 0 && !m.Safe[p] {
			n := fresh()
			if n.me().PC == pqHold || n.has(qHas) {
				n.Lost++
			}
			*n.me() = pollProc{PC: dead}
			if !n.mine().Queued { // a ticket that nobody has seen
				n.mine().Ticket = 0
			}
			n.drop(p)
			n.out(qKill)
		}
	}
}

// begin is the first step of every operation that an idle process may start.
func (m *Polls) begin(fresh func() *pollStep) {
	f := fresh()
	can := m.Can[f.p]
	if n := fresh(); can&canP != 0 && n.Units > 0 { // whoever is queued by now
		n.Units--
		n.done(qTake, pqHold)
	}
	if can&canP != 0 {
		n := fresh()
		for _, w := range n.Slot {
			n.mine().Ticket = max(n.mine().Ticket, w.Ticket+1)
		}
		n.done(qTicket, pqQueue)
	}
	if n := fresh(); can&canV != 0 && n.Extra > 0 {
		n.Extra--
		n.announce(qV)
	}
	for q := range m.Procs {
		if can&canTakeOut != 0 && q != f.p && f.claimable(q, f.p) {
			fresh().claim(q, qClaim)
		}
	}
}

// announce is the beginning of a V.
func (n *pollStep) announce(mark uint8) {
	if n.m.Bug != NotAnnounced {
		n.mine().Giving++
	}
	if n.m.Bug == CommitFirst {
		n.done(mark, pqCommit)
		return
	}
	n.done(mark, pqRing)
}

// give is the rest of a V, and the ringing for others of who leaves the queue.
func (n *pollStep) give() {
	g := n.me()
	switch g.PC {
	case pqRing:
		for g.At < n.m.Procs && !n.rings(g.At) {
			g.At++
		}
		if g.At < n.m.Procs {
			n.Proc[g.At].Flags |= qStale
			n.done(n.ringing(), pqWake)
			return
		}
		g.At = 0
		n.rung()
	case pqWake:
		if o := &n.Proc[g.At]; o.PC == pqAsleep {
			o.PC = pqBell
			o.Flags &^= qTimed | qStale
		}
		g.At++
		if n.m.Bug == RingFirst {
			g.At = n.m.Procs
		}
		n.done(qWake, pqRing)
	case pqCommit:
		n.Units++
		if n.has(qHas) {
			g.Flags &^= qHas
		} else {
			n.Given++
		}
		g.Flags |= qSecond
		n.done(qCommit, pqRing)
	case pqEnd:
		n.mine().Giving -= min(n.mine().Giving, 1)
		n.done(qEnd, idle)
	}
}

// ringing is the mark of the step.
func (n *pollStep) ringing() uint8 {
	switch {
	case n.has(qSecond):
		return qRingAgain
	case n.has(qGiving):
		return qRingNext
	}
	return qRing
}

// rings says that process q is to be told. All that are queued are.
func (n *pollStep) rings(q uint8) bool {
	if n.m.Bug != RingFirst {
		return n.Slot[q].Queued
	}
	for i, w := range n.Slot[:n.m.Procs] {
		if w.Queued && !n.left(uint8(i)) && w.Ticket < n.Slot[q].Ticket {
			return false
		}
	}
	return n.Slot[q].Queued && !n.left(q)
}

// rung is what follows when all have been told.
func (n *pollStep) rung() {
	switch {
	case n.has(qSecond):
		n.done(qRung, pqEnd)
	case n.has(qGiving): // it was queued and has its unit, or gave up its place
		if n.has(qHas) {
			n.done(qRung, pqHold)
			return
		}
		n.done(qRung, idle)
	default:
		n.done(qRung, pqCommit)
	}
}

package model

// undoStep is one state on its way to the next.
type undoStep struct {
	undoState
	m    *Undos
	p    uint8
	emit func(who, mark uint8, to undoState)
}

func (n *undoStep) me() *undoProc { return &n.Proc[n.p] }

// slot is whose lane and count it works with: a recoverer's are the dead one's.
func (n *undoStep) slot() uint8 {
	if of := n.me().Of; of != 0 {
		return of - 1
	}
	return n.p
}

func (n *undoStep) lane() *undoLane { return &n.Lane[n.slot()] }

// done emits the step; the process goes on at pc.
func (n *undoStep) done(mark, pc uint8) {
	g := n.me()
	switch {
	case pc == idle && g.Of != 0: // a recovery goes on
		*g = undoProc{PC: unSettle, Of: g.Of}
	case pc == idle:
		*g = undoProc{}
	default:
		g.PC = pc
	}
	n.out(mark)
}

func (n *undoStep) out(mark uint8) { n.emit(n.p, mark, n.m.canon(n.undoState)) }

// Next is every step of every process.
func (m Undos) Next(s undoState, emit func(who, mark uint8, to undoState)) {
	for p := range m.Procs {
		fresh := func() *undoStep { return &undoStep{s, &m, p, emit} }
		switch g := s.Proc[p]; {
		case g.PC == dead:
			if m.Can[p]&canAttach != 0 && s.claimable(p, p) {
				fresh().claim(p, uAttach)
			}
			continue
		case g.PC == idle:
			m.begin(fresh)
		case g.PC <= unLate:
			fresh().operate()
		default:
			fresh().recovering()
		}
		if s.Kills > 0 {
			n := fresh()
			*n.me() = undoProc{PC: dead}
			n.drop(p)
			n.out(uKill)
		}
	}
}

// begin is the first step of every operation that an idle process may start.
func (m *Undos) begin(fresh func() *undoStep) {
	f := fresh()
	can := m.Can[f.p]
	if can&canP != 0 && f.Word.Units > 0 {
		fresh().args(laneP)
	}
	if n := fresh(); can&canV != 0 && (n.Held[n.p] > 0 || n.Extra < m.Extra) {
		n.args(laneV)
	}
	for q := range m.Procs {
		if can&canTakeOut != 0 && q != f.p && f.claimable(q, f.p) {
			fresh().claim(q, uClaim)
		}
	}
}

// args begins an operation.
func (n *undoStep) args(what uint8) {
	n.lane().Count = n.Count[n.slot()]
	n.me().What = what
	if what == laneReturn {
		n.done(uReturn, unArm)
		return
	}
	n.done(uArgs, unArm)
}

// after is the count when the operation has happened.
func after(what, count uint8) uint8 {
	switch what {
	case laneP:
		return count + 1
	case laneV:
		return max(count, 1) - 1
	}
	return 0
}

// operate is the rest of it.
func (n *undoStep) operate() {
	g, l := n.me(), n.lane()
	q := n.slot()
	switch g.PC {
	case unArm:
		if l.Op = g.What; n.m.Bug != SameSequence {
			l.Seq++
		}
		if n.m.Bug == CountFirst {
			n.Count[q] = after(g.What, l.Count)
		}
		n.done(uArm, unLoad)
	case unLoad:
		g.V = n.Word
		if g.What == laneP && g.V.Units == 0 { // not now
			if n.m.Bug == CountFirst {
				n.Count[q] = l.Count
			}
			g.V = undoWord{}
			n.done(uLoad, unDisarm)
			return
		}
		if g.V.Lane == 0 || n.m.Bug == NoSeen || n.m.Bug == SeenLate {
			n.done(uLoad, unCas)
			return
		}
		n.done(uLoad, unSeen)
	case unSeen:
		n.seen(g.V)
		n.done(uSeen, unCas)
	case unCas:
		n.cas()
	case unLate:
		n.seen(g.V)
		g.V = undoWord{}
		n.done(uSeen, unCount)
	case unCount:
		n.Count[q] = after(g.What, l.Count)
		if n.m.Bug == DisarmFirst {
			n.done(uCount, idle)
			return
		}
		n.done(uCount, unDisarm)
	case unDisarm:
		l.Op = laneIdle
		if n.m.Bug == DisarmFirst && n.Count[q] != after(g.What, l.Count) && g.Done {
			n.done(uDisarm, unCount)
			return
		}
		l.Count = 0 // nobody reads it now
		n.done(uDisarm, idle)
	}
}

// seen notes for the lane whose tag stands in w that its operation happened.
func (n *undoStep) seen(w undoWord) {
	if l := &n.Lane[w.Lane-1]; w.Seq > l.Seen || n.m.Bug == SeenByStore {
		l.Seen = w.Seq
	}
}

// cas is the commit, or the way back to the load.
func (n *undoStep) cas() {
	g, l := n.me(), n.lane()
	q := n.slot()
	if n.Word != g.V {
		g.V = undoWord{}
		n.done(uCas, unLoad)
		return
	}
	switch g.What {
	case laneP:
		n.Word.Units--
		n.Held[q]++
	case laneV:
		n.Word.Units++
		if n.Held[q] == 0 {
			n.Extra++
		} else {
			n.Held[q]--
		}
	case laneReturn:
		n.Word.Units += l.Count
		n.returned(l.Count)
	}
	n.Word.Lane, n.Word.Seq = q+1, l.Seq
	g.Done = n.m.Bug == DisarmFirst
	switch {
	case n.m.Bug == SeenLate && g.V.Lane != 0:
		n.done(uCas, unLate)
		return
	case n.m.Bug == DisarmFirst:
		g.V = undoWord{}
		n.done(uCas, unDisarm)
		return
	}
	g.V = undoWord{}
	n.done(uCas, unCount)
}

// returned notes that recovery has given back units of the dead.
func (n *undoStep) returned(units uint8) {
	if q := n.slot(); n.Held[q] < units {
		n.Bad = 1
	} else {
		n.Held[q] -= units
	}
}

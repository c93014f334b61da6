package model

// objStep is one state on its way to the next.
type objStep struct {
	objState
	m    *Objects
	p    uint8
	emit func(who, mark uint8, to objState)
}

func (n *objStep) me() *objProc    { return &n.Proc[n.p] }
func (n *objStep) rec() *objRecord { return &n.Rec[n.me().At] }

// done emits the step; the process goes on at pc.
func (n *objStep) done(mark, pc uint8) {
	if pc == idle {
		*n.me() = objProc{}
	}
	n.me().PC = pc
	n.emit(n.p, mark, n.objState)
}

// Next is every step of every process.
func (m Objects) Next(s objState, emit func(who, mark uint8, to objState)) {
	for p := range m.Procs {
		fresh := func() *objStep { return &objStep{s, &m, p, emit} }
		switch g := s.Proc[p]; {
		case g.PC == dead:
			if s.claimable(p, p) {
				fresh().claim(p, oAttach)
			}
			continue
		case g.PC == idle:
			m.begin(fresh)
		case g.PC < obVisit:
			fresh().work()
		default:
			fresh().recovering()
		}
		if s.Kills > 0 {
			n := fresh()
			*n.me() = objProc{}
			n.drop(p)
			n.done(oKill, dead)
		}
	}
}

// begin is the first step of every operation that an idle process may start. A
// handle is of an object that is live, or was.
func (m *Objects) begin(fresh func() *objStep) {
	f := fresh()
	for i := range uint8(len(f.Rec)) {
		r := f.Rec[i]
		if n := fresh(); r.State == recFree && n.Makes > 0 {
			n.Makes--
			n.Rec[i].State, n.Rec[i].Maker = recMaking, n.p
			n.me().At, n.me().Gen = i, r.Gen
			pc := obSet
			if m.Bug == LiveEarly {
				pc = obCommit
			}
			n.done(oClaim, pc)
		}
		for gen := range r.Gen + 1 {
			if n := fresh(); r.State == recLive && (gen == r.Gen || m.Bug == AnyObject) {
				if gen != r.Gen {
					n.Bad = 1
				}
				n.me().At, n.me().Gen = i, gen
				if m.Bug != FreesUnclaimed {
					n.Rec[i].State, n.Rec[i].Maker = recMaking, n.p
				}
				pc := obClear
				if m.Bug == FreeEarly {
					pc = obFree
				}
				n.done(oFree, pc)
			}
		}
	}
	for q := range m.Procs {
		if q != f.p && f.claimable(q, f.p) {
			fresh().claim(q, oRecover)
		}
	}
}

// work is the rest of it.
func (n *objStep) work() {
	g, r := n.me(), n.rec()
	if r.Gen != g.Gen || r.State != recMaking || r.Maker != n.p {
		if early := n.m.Bug == LiveEarly && g.PC == obSet || n.m.Bug == FreeEarly && g.PC == obClear; !early {
			n.Bad = 2
		}
	}
	switch g.PC {
	case obSet:
		r.Set = true
		if n.m.Bug == LiveEarly {
			n.done(oSet, idle)
			return
		}
		n.done(oSet, obCommit)
	case obCommit:
		r.State, r.Maker = recLive, 0
		if n.m.Bug == LiveEarly {
			n.done(oCommit, obSet)
			return
		}
		n.done(oCommit, idle)
	case obClear:
		r.Set = false
		if n.m.Bug == FreeEarly {
			n.done(oClear, idle)
			return
		}
		n.done(oClear, obFree)
	case obFree:
		*r = objRecord{Gen: r.Gen + 1, Set: r.Set}
		if n.m.Bug == FreeEarly {
			n.done(oFreed, obClear)
			return
		}
		n.done(oFreed, idle)
	}
}

// claim takes the byte of a dead user's slot. For the own slot, a new process
// attaches.
func (n *objStep) claim(q, mark uint8) {
	n.Byte[q] = n.p + 1
	n.me().Of = q + 1
	if n.State[q] == slotFree {
		n.done(mark, obSettle)
		return
	}
	n.done(mark, obVisit)
}

// recovering frees what the dead user was making or freeing.
func (n *objStep) recovering() {
	g := n.me()
	q := g.Of - 1
	switch g.PC {
	case obVisit:
		n.State[q] = slotDead
		n.done(oVisit, obLook)
	case obLook:
		if g.At == uint8(len(n.Rec)) {
			g.At = 0
			n.done(oLook, obSettle)
			return
		}
		if r := n.rec(); r.State == recMaking && (r.Maker == q || n.m.Bug == ResetsAny) && n.m.Bug != ResetsNothing {
			n.done(oLook, obReset)
			return
		}
		g.At++
		n.done(oLook, obLook)
	case obReset:
		if r := n.rec(); r.State != recMaking || r.Maker != q {
			n.Bad = 2
		}
		n.rec().Set = false
		n.done(oReset, obResetFree)
	case obResetFree:
		r := n.rec()
		*r = objRecord{Gen: r.Gen + 1, Set: r.Set}
		g.At++
		n.done(oResetFree, obLook)
	case obSettle:
		n.settle(q, n.p)
		n.done(oSettle, idle)
	}
}

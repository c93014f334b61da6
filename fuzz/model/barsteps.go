package model

// barStep is one state on its way to the next.
type barStep struct {
	barState
	m    *Barriers
	x    uint8
	emit func(who, mark uint8, to barState)
}

func (n *barStep) me() *barGor      { return &n.Gor[n.x] }
func (n *barStep) p() uint8         { return n.x / 2 }
func (n *barStep) has(f uint8) bool { return n.me().Flags&f != 0 }

// done emits the step; the goroutine goes on at pc.
func (n *barStep) done(mark, pc uint8) {
	g := n.me()
	if pc == idle {
		*g = barGor{}
	}
	g.PC = pc
	n.out(mark)
}

func (n *barStep) out(mark uint8) { n.emit(n.x, mark, n.m.canon(n.barState)) }

// Next is every step of every goroutine.
func (m Barriers) Next(s barState, emit func(who, mark uint8, to barState)) {
	for x := range uint8(len(s.Gor)) {
		p, g := x/2, s.Gor[x]
		fresh := func() *barStep { return &barStep{s, &m, x, emit} }
		switch {
		case x%2 >= m.Gors[p]:
			continue
		case g.PC == dead:
			if x%2 == 0 && m.Can[p]&canAttach != 0 && s.Gor[x+1].PC == dead && s.claimable(p, p) {
				fresh().claim(p, bAttach)
			}
			continue
		case g.PC == idle:
			m.begin(fresh)
		case g.PC < bwJoin:
			fresh().arrive()
		case g.PC < bwReset:
			fresh().wait()
		case g.PC < bwVisit:
			fresh().reset()
		default:
			fresh().recovering()
		}
		if s.Ends > 0 && g.Flags&bOver == 0 && g.PC >= bwJoin && g.PC <= bwAsleep {
			n := fresh()
			n.Ends--
			n.me().Flags |= bOver
			n.out(bEnd)
		}
		if first := x%2 == 0 || s.Gor[x-1].PC == dead; first && s.Kills > 0 {
			fresh().die()
		}
	}
}

// die is a SIGKILL of a whole process.
func (n *barStep) die() {
	p := n.p()
	for x := 2 * p; x < 2*p+2; x++ {
		if g := n.Gor[x]; g.Flags&bIn != 0 && g.Phase == n.Phase && !n.Broken {
			n.Left++
		}
		n.Gor[x] = barGor{PC: dead}
	}
	n.Bereft = n.Bereft || (n.Party[p] || n.Came[p]) && !n.Broken
	n.Came[p] = false
	n.Death = n.Death || n.Party[p]
	n.Front[p] = 0
	n.drop(p)
	n.out(bKill)
}

// begin is the first step of every operation that an idle goroutine may start.
func (m *Barriers) begin(fresh func() *barStep) {
	f := fresh()
	can := m.Can[f.p()]
	if n := fresh(); can&canWait != 0 && n.Phase < m.Phases {
		n.Party[n.p()] = n.Party[n.p()] || m.Bug != PartyLate
		n.done(bParty, bwArrive)
	}
	if n := fresh(); can&canReset != 0 && n.Resets > 0 && n.Phase < m.Phases {
		n.Resets--
		n.done(bNext, bwReset)
	}
	for q := range uint8(len(f.Byte)) {
		if can&canTakeOut != 0 && q != f.p() && f.claimable(q, f.p()) {
			fresh().claim(q, bClaim)
		}
	}
}

// arrive counts one in; the last one opens the barrier.
func (n *barStep) arrive() {
	g := n.me()
	switch g.PC {
	case bwArrive:
		switch {
		case n.Broken:
			n.done(bSeen, idle) // it is told so
		case n.Phase >= n.m.Phases:
			n.done(bSeen, idle) // the end of the model
		case n.Arrived+1 >= n.m.N && n.m.Bug != OpensLate:
			n.Came[n.p()] = true
			n.open()
			n.done(bOpen, bwTell)
		default:
			n.Came[n.p()] = true
			n.Arrived++
			g.Phase = n.Phase
			g.Flags |= bIn
			pc := bwJoin
			switch {
			case n.m.Bug == PartyLate:
				pc = bwParty
			case n.Arrived == n.m.N:
				pc = bwOpen
			}
			n.done(bArrive, pc)
		}
	case bwOpen:
		g.Flags &^= bIn
		n.open()
		n.done(bOpen, bwTell)
	case bwParty:
		n.Party[n.p()] = true
		n.done(bPartyLate, bwJoin)
	case bwTell:
		if n.m.Bug == WakesOne {
			n.wakeOne()
			return
		}
		n.moves()
		n.done(bTell, idle)
	}
}

// open begins the next phase, because all have arrived.
func (n *barStep) open() {
	n.Fate[n.Phase] = phasePassed
	n.Phase++
	n.Arrived, n.Left = 0, 0
	n.Death = n.mourns()
}

// breaks breaks the present phase.
func (n *barStep) breaks() {
	n.Broken, n.Bereft = true, false
	n.Fate[n.Phase] = phaseBroken
	n.Arrived, n.Left = 0, 0
}

// moves moves the event on and wakes all. That nobody is woken where nobody is
// counted is the semaphore model's.
func (n *barStep) moves() {
	for x := range n.Gor {
		n.rouse(x)
	}
}

func (n *barStep) rouse(x int) {
	switch g := &n.Gor[x]; g.PC {
	case bwLook, bwSleep:
		g.Flags |= bStale
	case bwAsleep:
		g.PC = bwEvent
	}
}

func (n *barStep) wakeOne() {
	some := false
	for x, g := range n.Gor {
		if g.PC == bwAsleep {
			some = true
			c := *n
			c.rouse(x)
			c.done(bTell, idle)
		}
	}
	if !some {
		n.done(bTell, idle)
	}
}

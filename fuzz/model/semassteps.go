package model

// semaStep is one state on its way to the next.
type semaStep struct {
	semaState
	m    *Semas
	x    uint8
	emit func(who, mark uint8, to semaState)
}

func (n *semaStep) me() *semaGor     { return &n.Gor[n.x] }
func (n *semaStep) p() uint8         { return n.x / 2 }
func (n *semaStep) has(f uint8) bool { return n.me().Flags&f != 0 }

// done emits the step; the goroutine goes on at pc.
func (n *semaStep) done(mark, pc uint8) {
	g := n.me()
	if pc == idle || pc == smHold {
		*g = semaGor{}
	}
	g.PC = pc
	n.out(mark)
}

func (n *semaStep) out(mark uint8) { n.emit(n.x, mark, n.m.canon(n.semaState)) }

// Next is every step of every goroutine.
func (m Semas) Next(s semaState, emit func(who, mark uint8, to semaState)) {
	for x := range uint8(len(s.Gor)) {
		p, g := x/2, s.Gor[x]
		fresh := func() *semaStep { return &semaStep{s, &m, x, emit} }
		switch {
		case x%2 >= m.Gors[p]:
			continue
		case g.PC == dead:
			if x%2 == 0 && m.Can[p]&canAttach != 0 && s.Gor[x+1].PC == dead && s.claimable(p, p) {
				fresh().claim(p, sAttach)
			}
			continue
		case g.PC == idle:
			m.begin(fresh)
		case g.PC == smQueued || g.PC == smAsleep:
			fresh().asleep()
		case g.PC <= smUnlist:
			fresh().wait()
		case g.PC <= smGive:
			fresh().give()
		default:
			fresh().recovering()
		}
		if s.Ends > 0 && g.Flags&sOver == 0 && g.PC >= smQueued && g.PC <= smAsleep {
			n := fresh()
			n.Ends--
			n.me().Flags |= sOver
			n.out(sEnd)
		}
		if first := x%2 == 0 || s.Gor[x-1].PC == dead; first && s.Kills > 0 {
			fresh().die()
		}
	}
}

// die is a SIGKILL of a whole process. Its units are gone.
func (n *semaStep) die() {
	p := n.p()
	for x := 2 * p; x < 2*p+2; x++ {
		if g := n.Gor[x]; g.PC == smHold || g.Flags&sHas != 0 {
			n.Lost++
		}
		n.Gor[x] = semaGor{PC: dead}
	}
	n.Front[p] = 0
	n.drop(p)
	n.out(sKill)
}

// begin is the first step of every operation that an idle goroutine may start.
func (m *Semas) begin(fresh func() *semaStep) {
	f := fresh()
	can := m.Can[f.p()]
	if n := fresh(); can&(canP|canTryP) != 0 && n.Units > 0 && !n.Starving {
		n.Units--
		n.done(sFast, smHold)
	}
	if n := fresh(); m.Bug == UnitsByStore && can&canP != 0 && n.Units > 0 {
		n.me().N = n.Units
		n.done(sFast, smTake)
	}
	if can&canP != 0 { // P1 has failed; whether it would by now does not matter
		n := fresh()
		if n.Front[n.p()] != 0 {
			n.done(sJoin, smQueued)
		} else {
			n.Front[n.p()] = n.x + 1
			n.done(sJoin, smCount)
		}
	}
	for q := range uint8(len(f.Byte)) {
		if can&canTakeOut != 0 && q != f.p() && f.claimable(q, f.p()) {
			fresh().claim(q, sClaim)
		}
	}
}

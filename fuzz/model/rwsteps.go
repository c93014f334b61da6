package model

// rwStep is one state on its way to the next.
type rwStep struct {
	rwState
	m    *RWLocks
	x    uint8
	emit func(who, mark uint8, to rwState)
}

func (n *rwStep) me() *rwGor        { return &n.Gor[n.x] }
func (n *rwStep) p() uint8          { return n.x / 2 }
func (n *rwStep) own() lword        { return lockOf(n.p(), n.Gen[n.p()]) }
func (n *rwStep) has(f uint8) bool  { return n.me().Flags&f != 0 }
func (n *rwStep) drop(f uint8)      { n.me().Flags &^= f }
func (n *rwStep) readers() *uint8   { return &n.Readers[n.p()] }
func (n *rwStep) mutex() *uint8     { return &n.Mu[n.p()] }
func (n *rwStep) mutexIsFree() bool { return n.Mu[n.p()] == 0 }

// done emits the step; the goroutine goes on at pc.
func (n *rwStep) done(mark, pc uint8) {
	g := n.me()
	switch pc {
	case idle, rwReading:
		*g = rwGor{}
	case rwWriting:
		*g = rwGor{Flags: g.Flags & rTold}
	}
	g.PC = pc
	n.out(mark)
}

func (n *rwStep) out(mark uint8) { n.emit(n.x, mark, n.m.canon(n.rwState)) }

// Next is every step of every goroutine.
func (m RWLocks) Next(s rwState, emit func(who, mark uint8, to rwState)) {
	for x := range uint8(len(s.Gor)) {
		p, g := x/2, s.Gor[x]
		fresh := func() *rwStep { return &rwStep{s, &m, x, emit} }
		switch {
		case x%2 >= m.Gors[p]:
			continue
		case g.PC == dead:
			if x%2 == 0 && m.Can[p]&canAttach != 0 && s.Gor[x+1].PC == dead && s.claimable(p, p) {
				fresh().claim(p, yAttach)
			}
			continue
		case g.PC == idle:
			m.begin(fresh)
		case g.PC < rwScan:
			fresh().read()
		case g.PC < rwVisit:
			fresh().write()
		default:
			fresh().recovering()
		}
		if s.Ends > 0 && g.Flags&rOver == 0 && (g.PC == rwWord || g.PC >= rwCount && g.PC <= rwAsleep) {
			n := fresh()
			n.Ends--
			n.me().Flags |= rOver
			n.out(yEnd)
		}
		if first := x%2 == 0 || s.Gor[x-1].PC == dead; first && s.Kills > 0 {
			fresh().die()
		}
	}
}

// die is a SIGKILL of a whole process.
func (n *rwStep) die() {
	p := n.p()
	for x := 2 * p; x < 2*p+2; x++ {
		n.Dirty = n.Dirty || n.Gor[x].PC == rwWriting
		n.Gor[x] = rwGor{PC: dead}
	}
	n.Mu[p], n.Readers[p] = 0, 0
	n.crew.drop(p)
	n.out(yKill)
}

// begin is the first step of every operation that an idle goroutine may start.
func (m *RWLocks) begin(fresh func() *rwStep) {
	f := fresh()
	can := m.Can[f.p()]
	if n := fresh(); can&canRead != 0 && n.mutexIsFree() {
		*n.mutex() = n.x + 1
		if *n.readers() > 0 || m.Bug == LookBeforeBit {
			n.done(yRead, rwLook)
		} else {
			n.done(yRead, rwSet)
		}
	}
	if can&canWrite != 0 {
		fresh().done(yWrite, rwWord)
	}
	for q := range uint8(len(f.Byte)) {
		if can&canTakeOut != 0 && q != f.p() && f.claimable(q, f.p()) {
			fresh().claim(q, yClaim)
		}
	}
}

// take takes the word, from an owner that is gone if need be.
func (n *rwStep) take() bool {
	switch w := n.Word; {
	case w.lost():
		return false
	case !w.owned():
		n.Word |= n.own()
	case n.gone(w.proc(), w.gen()):
		n.Word = n.own() | lInconsistent
	default:
		return false
	}
	if n.Word&lInconsistent != 0 {
		n.me().Flags |= rTold
	}
	return true
}

// release lets the word go and leaves it as inconsistent as it was.
func (n *rwStep) release() { n.Word &= lInconsistent }

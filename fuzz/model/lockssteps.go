package model

// A compare-and-swap that succeeds is the same as a load and a store at that
// moment, and one that fails is tried again; so a look at the word and the
// compare-and-swap that follows it are one step.

// lockStep is one state on its way to the next.
type lockStep struct {
	lockState
	m    *Locks
	x    uint8 // the goroutine
	emit func(who, mark uint8, to lockState)
}

func (n *lockStep) me() *lockGor     { return &n.Gor[n.x] }
func (n *lockStep) p() uint8         { return n.x / 2 }
func (n *lockStep) gate() *lockGate  { return &n.Gate[n.p()] }
func (n *lockStep) own() lword       { return lockOf(n.p(), n.Gen[n.p()]) }
func (n *lockStep) has(f uint8) bool { return n.me().Flags&f != 0 }

// done emits the step; the goroutine goes on at pc.
func (n *lockStep) done(mark, pc uint8) {
	g := n.me()
	if pc == idle || pc == lkHold {
		*g = lockGor{}
	}
	g.PC = pc
	n.out(mark)
}

func (n *lockStep) out(mark uint8) { n.emit(n.x, mark, n.m.canon(n.lockState)) }

// Next is every step of every goroutine.
func (m Locks) Next(s lockState, emit func(who, mark uint8, to lockState)) {
	for x := range uint8(len(s.Gor)) {
		p, g := x/2, s.Gor[x]
		fresh := func() *lockStep { return &lockStep{s, &m, x, emit} }
		switch {
		case x%2 >= m.Gors[p]:
			continue
		case g.PC == dead:
			if x%2 == 0 && m.Can[p]&canAttach != 0 && s.Gor[x+1].PC == dead && s.claimable(p, p) {
				fresh().claim(p, lAttach)
			}
			continue
		case g.PC == idle:
			m.begin(fresh)
		case g.PC == lkQueued || g.PC == lkAsleep || g.PC == lkLocal || g.PC == lkNap:
			fresh().asleep()
		default:
			fresh().step()
		}
		if s.Ends > 0 && g.Flags&fOver == 0 && g.PC >= lkQueued && g.PC <= lkGiven {
			n := fresh()
			n.Ends--
			n.me().Flags |= fOver
			n.out(lEnd)
		}
		if first := x%2 == 0 || s.Gor[x-1].PC == dead; first && s.Kills > 0 && !m.Safe[p] {
			fresh().die()
		}
	}
}

// die is a SIGKILL of a whole process: the kernel gives its bytes back, and its
// sleepers are out of the kernel's queues.
func (n *lockStep) die() {
	p := n.p()
	if h := n.Holder; h != 0 && (h >= parked && h-parked == p || h < parked && (h-1)/2 == p) {
		n.Holder, n.Dirty = 0, true
	}
	n.Gor[2*p], n.Gor[2*p+1] = lockGor{PC: dead}, lockGor{PC: dead}
	n.Gate[p] = lockGate{}
	n.drop(p)
	n.out(lKill)
}

// begin is the first step of every operation that an idle goroutine may start.
func (m *Locks) begin(fresh func() *lockStep) {
	f := fresh()
	p := f.p()
	can := m.Can[p]
	if can&canHand != 0 && f.Holder >= parked {
		f.release()
	}
	if can&canLock != 0 {
		if n := fresh(); n.Word == 0 {
			n.Word = n.own()
			n.acquire(lTry)
		}
		if n := fresh(); m.Bug == DoneAcquires && n.Word == 0 && m.Ends > 0 {
			n.Word = n.own()
			n.me().Flags |= fOver
			n.acquire(lTry)
		}
		fresh().join()
	}
	if can&canTry != 0 {
		fresh().try()
	}
	for q := range uint8(len(f.Byte)) {
		if can&canTakeOut != 0 && q != p && f.claimable(q, p) {
			fresh().claim(q, lClaim)
		}
	}
}

// step is what a goroutine that is awake does next.
func (n *lockStep) step() {
	switch pc := n.me().PC; {
	case pc == lkLook:
		n.look()
	case pc <= lkPass:
		n.wait()
	case pc <= lkYield:
		n.unlock()
	default:
		n.recovering()
	}
}

package model

// spanStep is one state on its way to the next: a copy that a step changes.
type spanStep struct {
	spanState
	m    *Spans
	i    uint8 // who
	emit func(who, mark uint8, to spanState)
}

func (n *spanStep) me() *spanProc    { return &n.Proc[n.i] }
func (n *spanStep) page() *spanPage  { return &n.Page[n.me().Page] }
func (n *spanStep) mine(w word) bool { return w&wOwned != 0 && w.slot() == n.i }
func (n *spanStep) bit() uint8       { return 1 << n.me().Bit }

// done emits the step; the process goes on at pc.
func (n *spanStep) done(mark uint8, pc uint8) {
	p := n.me()
	switch {
	case pc == idle && p.Of != 0: // a recoverer goes on with the next page
		*p = spanProc{PC: atVisit, Page: p.Page + 1, Of: p.Of}
	case pc == idle:
		*p = spanProc{}
	default:
		p.PC = pc
	}
	n.out(mark)
}

func (n *spanStep) out(mark uint8) { n.emit(n.i, mark, n.m.canon(n.spanState)) }

// Next is every step of every process.
func (m Spans) Next(s spanState, emit func(who, mark uint8, to spanState)) {
	for i := uint8(0); i < uint8(m.Procs); i++ {
		fresh := func() *spanStep { return &spanStep{s, &m, i, emit} }
		switch pc := s.Proc[i].PC; {
		case pc == dead:
			if s.Byte[i] == 0 { // a new process takes the slot, and recovers it first
				n := fresh()
				n.Byte[i] = i + 1
				n.me().Of = i + 1
				pc := atSlotDone
				if n.Live[i] {
					pc = atVisit
				}
				n.done(mAttach, pc)
			}
			continue
		case pc == idle:
			m.begin(fresh)
		default:
			fresh().step()
		}
		if s.Kills > 0 && s.mayDie(&m, i) {
			n := fresh()
			n.die()
		}
	}
}

// die is a SIGKILL: the kernel gives the locks back, nothing else happens.
func (n *spanStep) die() {
	p := n.me()
	if !p.Foul && (p.PC == atOwnFree || p.PC >= atFreeR && p.PC <= atFreeOr || p.PC == atKeep) {
		n.page().Busy &^= n.bit()
	}
	for s := range n.Byte {
		if n.Byte[s] == n.i+1 {
			n.Byte[s] = 0
		}
	}
	n.Kills--
	*p = spanProc{PC: dead}
	n.out(mKill)
}

// begin is the first step of every operation that process i may start.
func (m *Spans) begin(fresh func() *spanStep) {
	f := fresh()
	can := m.Can[f.i]
	owns := false
	for g := uint8(0); g < uint8(m.Pages); g++ {
		start := func() *spanStep { n := fresh(); n.me().Page = g; return n }
		pg := f.Page[g]
		mine := f.mine(pg.W)
		owns = owns || mine
		may := f.mayFree(m, f.i, &pg)
		for b := uint8(0); b < uint8(m.Blocks); b++ {
			bit := uint8(1) << b
			taken := pg.A | pg.R
			if m.Bug == MallocIgnoresR {
				taken = pg.A
			}
			if can&canMalloc != 0 && mine && taken&bit == 0 {
				n := start()
				n.me().Bit, n.me().X = b, pg.A
				n.done(mChoose, atMalloc)
			}
			if can&canFree != 0 && may&bit != 0 {
				n := start()
				n.me().Bit = b
				n.page().Busy |= bit
				n.free()
			}
			if can&canKeep != 0 && f.told(&pg, b) && f.mayFree(m, f.i, &pg)&bit != 0 {
				n := start()
				n.me().Bit = b
				n.page().Busy |= bit // nobody frees it meanwhile
				n.done(mNext, atKeep)
			}
			if can&canFoul != 0 && f.Fouls > 0 && pg.W.span() {
				n := start()
				n.Fouls--
				n.me().Bit, n.me().Foul = b, true
				n.free()
			}
		}
		if can&canCollect != 0 && mine && pg.R != 0 {
			n := start()
			n.me().After = idle
			n.collects(mNext)
		}
		if can&canDisown != 0 && mine {
			n := start()
			n.me().After = atEmpty
			n.collects(mNext)
		}
		if can&canAdopt != 0 && pg.W.free() && (!m.counts() || f.Adopts > 0) {
			n := start()
			n.me().V = pg.W
			if pg.W&wTagged != 0 || n.own(pg.W) && pg.W&wOrph == 0 {
				n.done(mNext, atAdopt)
			} else {
				n.done(mNext, atAdoptLook)
			}
		}
		if can&canSweep != 0 && pg.W.free() {
			n := start()
			n.me().V = pg.W
			n.done(mSweep, atLook)
		}
		if l := pg.Lock; can&canNew != 0 && !pg.W.span() && (l == 0 || f.Byte[l-1] == 0) {
			n := start()
			n.page().Lock = n.i + 1
			n.done(mLock, atJoin)
		}
	}
	if can&canClose != 0 && f.Closes > 0 && !owns {
		fresh().close()
	}
	if can&canRecover == 0 {
		return
	}
	for s := uint8(0); s < uint8(m.Procs); s++ {
		if f.Live[s] && s != f.i && (f.Byte[s] == 0 || m.Bug == RecoverWithoutClaim && f.Proc[s].PC == dead) {
			n := fresh()
			if n.Byte[s] == 0 {
				n.Byte[s] = n.i + 1
			}
			n.me().Of = s + 1
			n.done(mClaim, atVisit)
		}
	}
}

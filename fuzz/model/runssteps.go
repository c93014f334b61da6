package model

// runStep is one state on its way to the next: a copy that a step changes.
type runStep struct {
	runState
	m    *Runs
	i    uint8 // who
	emit func(who, mark uint8, to runState)
}

func (n *runStep) me() *runProc { return &n.Proc[n.i] }

// done emits the step; the process goes on at pc.
func (n *runStep) done(mark, pc uint8) {
	p := n.me()
	switch {
	case pc == idle && p.Of != 0 && p.Op == opTidy: // a recoverer goes on
		*p = runProc{PC: runVisit, Of: p.Of}
	case pc == idle:
		*p = runProc{}
	default:
		p.PC = pc
	}
	n.emit(n.i, mark, n.runState)
}

// bad emits a step that should not be.
func (n *runStep) bad(mark, what uint8) {
	n.Bad = what
	n.done(mark, idle)
}

// Next is every step of every process.
//
// Two processes that may do the same are told apart by nothing but their
// numbers. Of two states that differ only in those, one stands for both.
func (m Runs) Next(s runState, emit func(who, mark uint8, to runState)) {
	if m.Can[0] == m.Can[1] && !m.Slots {
		each := emit
		emit = func(who, mark uint8, to runState) {
			if to.Proc[1].less(&to.Proc[0]) {
				to.swap()
			}
			each(who, mark, to)
		}
	}
	for i := uint8(0); i < m.Procs; i++ {
		fresh := func() *runStep { return &runStep{s, &m, i, emit} }
		switch pc := s.Proc[i].PC; {
		case pc == dead:
			if s.Byte[i] == 0 { // a new process takes the slot, and recovers it first
				n := fresh()
				n.Byte[i] = i + 1
				pc := idle
				if n.Live[i] {
					n.me().Of, pc = i+1, runVisit
				}
				n.Live[i] = true
				n.done(rAttach, pc)
			}
			continue
		case pc == idle:
			m.begin(fresh)
		default:
			fresh().step()
		}
		if s.Kills > 0 && (s.Proc[i].PC != idle || m.Slots) {
			fresh().die()
		}
	}
}

// die is a SIGKILL: the kernel gives the locks back, nothing else happens.
func (n *runStep) die() {
	p := n.me()
	if p.PC >= runExtLock && p.PC <= runFree || p.Op == opExtend {
		n.Busy &^= 1 << p.At
	}
	for s := range n.Byte {
		if n.Byte[s] == n.i+1 {
			n.Byte[s] = 0
		}
	}
	n.Kills--
	*p = runProc{PC: dead}
	n.emit(n.i, rKill, n.runState)
}

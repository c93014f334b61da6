package model

// condStep is one state on its way to the next.
type condStep struct {
	condState
	m    *Conditions
	p    uint8
	emit func(who, mark uint8, to condState)
}

func (n *condStep) flags() *uint8    { return &n.Flags[n.p] }
func (n *condStep) has(f uint8) bool { return n.Flags[n.p]&f != 0 }

// done emits the step; the process goes on at pc.
func (n *condStep) done(mark, pc uint8) {
	if pc == idle {
		*n.flags() = 0
	}
	n.PC[n.p] = pc
	n.emit(n.p, mark, n.condState)
}

// Next is every step of every process.
func (m Conditions) Next(s condState, emit func(who, mark uint8, to condState)) {
	for p := range m.Procs {
		fresh := func() *condStep { return &condStep{s, &m, p, emit} }
		switch pc := s.PC[p]; {
		case pc == dead:
			continue
		case pc == idle:
			fresh().done(cBegin, cnLock)
			if n := fresh(); n.Makes > 0 && n.Lock == 0 {
				n.Makes--
				n.Lock = p + 1
				n.done(cMake, cnMade)
			}
		case pc < cnMade:
			fresh().wait()
		default:
			fresh().signal()
		}
		if pc := s.PC[p]; s.Ends > 0 && s.Flags[p]&cOver == 0 && pc >= cnSleep && pc <= cnAsleep {
			n := fresh()
			n.Ends--
			*n.flags() |= cOver
			n.done(cEnd, pc)
		}
		if silent := s.PC[p] == cnMade && s.Lock == p+1 || s.PC[p] == cnMove; s.Kills > 0 && (m.Silent || !silent) {
			n := fresh()
			if n.Lock == p+1 {
				n.Lock = 0
			}
			*n.flags() = 0
			n.drop(p)
			n.done(cKill, dead)
		}
	}
}

// wait takes an item, or waits for one.
func (n *condStep) wait() {
	switch n.PC[n.p] {
	case cnLock, cnAgain:
		if n.Lock != 0 {
			return
		}
		n.Lock = n.p + 1
		n.done(cLock, cnHold)
	case cnHold:
		n.hold()
	case cnEvent:
		*n.flags() &^= cStale
		n.done(cEvent, cnUnlock)
	case cnUnlock:
		n.Lock = 0
		if n.m.Bug == CondEventLate || n.m.Bug == CondCountLate {
			n.done(cUnlock, cnFree)
			return
		}
		n.done(cUnlock, cnSleep)
	case cnSleep:
		if n.has(cStale) || n.has(cOver) {
			n.done(cSleep, cnOut)
			return
		}
		n.done(cSleep, cnAsleep)
	case cnAsleep:
		n.asleep()
	case cnOut:
		n.Waiters--
		*n.flags() &^= cCounted | cStale
		pc := cnAgain
		if n.has(cOver) && n.m.Bug != CondNoPassOn {
			pc = cnPass
		}
		n.done(cOut, pc)
	case cnPass: // the signal may have been ours
		if n.Waiters > 0 {
			n.moves()
			n.wake(cPass, cnAgain)
			return
		}
		n.done(cPass, cnAgain)
	}
}

// hold looks for an item under the lock.
func (n *condStep) hold() {
	switch {
	case n.Items > 0 && !n.has(cOver):
		n.Items--
		n.Lock = 0
		n.done(cTake, idle)
	case n.has(cOver):
		n.Lock = 0
		n.done(cGiveUp, idle)
	case n.m.Bug == CondCountLate:
		n.done(cEvent, cnUnlock)
	default:
		n.Waiters++
		*n.flags() |= cCounted
		if n.m.Bug == CondEventLate {
			n.done(cCount, cnUnlock)
			return
		}
		n.done(cCount, cnEvent)
	}
}

func (n *condStep) asleep() {
	switch {
	case n.has(cOver):
		n.done(cEnded, cnOut)
	case n.m.Quantum && (n.has(cStale) && n.m.Bug != SleepsAgain):
		n.done(cQuantum, cnOut)
	}
}

// signal makes an item and tells one that waits, holding the lock or not.
func (n *condStep) signal() {
	switch n.PC[n.p] {
	case cnMade:
		n.Items++
		c := *n
		*c.flags() |= cInside
		c.done(cMade, cnMove)
		n.Lock = 0
		n.done(cMade, cnMove)
	case cnMove:
		if n.m.Bug != EventKept {
			n.moves()
		}
		n.done(cMove, cnWaiters)
	case cnWaiters:
		pc := idle
		if n.has(cInside) {
			pc = cnFree
		}
		if n.Waiters > 0 {
			pc = cnWake
		}
		n.done(cWaiters, pc)
	case cnWake:
		pc := idle
		if n.has(cInside) {
			pc = cnFree
		}
		n.wake(cWake, pc)
	case cnFree:
		switch {
		case n.has(cInside):
		case n.m.Bug == CondEventLate:
			*n.flags() &^= cStale
			n.done(cEvent, cnSleep)
			return
		case n.m.Bug == CondCountLate:
			n.Waiters++
			*n.flags() |= cCounted
			n.done(cCount, cnSleep)
			return
		}
		n.Lock = 0
		n.done(cUnlockMade, idle)
	}
}

// moves moves the event on.
func (n *condStep) moves() {
	for p, pc := range n.PC {
		if pc == cnUnlock || pc == cnSleep || pc == cnAsleep {
			n.Flags[p] |= cStale
		}
	}
}

// wake wakes one sleeper, whichever.
func (n *condStep) wake(mark, pc uint8) {
	some := false
	for q, at := range n.PC {
		if at == cnAsleep {
			some = true
			c := *n
			c.PC[q] = cnOut
			c.done(mark, pc)
		}
	}
	if !some {
		n.done(mark, pc)
	}
}

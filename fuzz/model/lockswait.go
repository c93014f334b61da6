package model

// acquire is the moment from which the goroutine holds the lock.
func (n *lockStep) acquire(mark uint8) {
	switch told := n.Word&lInconsistent != 0; {
	case n.Holder != 0:
		n.Bad = 1
	case told != n.Dirty:
		n.Bad = 2
	case n.has(fOver):
		n.Bad = 3
	}
	n.Holder = n.x + 1
	n.done(mark, lkHold)
}

// join enters the queue, after L1 failed. Whether L1 would succeed by now does
// not matter.
func (n *lockStep) join() {
	if n.gate().Front != 0 {
		n.done(lJoin, lkQueued)
		return
	}
	n.gate().Front = n.x + 1
	n.done(lJoin, lkLook)
}

// leave ends the front's stay in the queue; who waits behind it comes next, and
// looks.
func (n *lockStep) leave() {
	*n.gate() = lockGate{}
	if other := n.x ^ 1; n.Gor[other].PC == lkQueued {
		n.gate().Front = other + 1
		n.Gor[other].PC = lkLook
	}
}

// try is TryLock: it takes a free lock, or one whose owner is gone.
func (n *lockStep) try() {
	switch w := n.Word; {
	case w.lost():
	case !w.owned():
		n.take(lTryTake)
	case n.gone(w.proc(), w.gen()):
		n.steal(lTrySteal)
	}
}

func (n *lockStep) take(mark uint8) {
	n.Word |= n.own()
	if n.has(fSlept) && n.m.Bug != WokenForgets {
		n.Word |= lWaiters
	}
	if n.m.Bug == InconsistentLost {
		n.Word &^= lInconsistent
	}
	n.acquire(mark)
}

func (n *lockStep) steal(mark uint8) {
	n.Word = n.own() | lInconsistent | lWaiters
	if n.m.Bug == StealSilently {
		n.Word &^= lInconsistent
	}
	n.acquire(mark)
}

// look is a look of the front at its context, at the word, and at whether the
// owner is gone, with what follows from it.
func (n *lockStep) look() {
	g, w := n.me(), n.Word
	switch {
	case n.has(fOver):
		n.leave()
		if !n.has(fSlept) || n.m.Bug == NoPassOn || n.m.Bug == PassOnIfFree && w.owned() {
			n.done(lOver, idle)
			return
		}
		*g = lockGor{}
		n.done(lOver, lkPass)
	case w.lost():
		n.leave()
		n.done(lLost, idle)
	case !w.owned():
		n.leave()
		n.take(lTake)
	case n.gone(w.proc(), w.gen()) || n.m.Bug == StealAlive && w.owner() != n.own():
		c := *n
		c.leave()
		c.steal(lSteal)
		n.bed()
	default:
		n.bed()
	}
}

// bed is where the front goes to sleep: for an owner in its own process there,
// for a quantum, else in the kernel. Who has slept in the kernel may have taken a
// wake-up that others need; it can say so in the word now, or when it holds the
// lock.
func (n *lockStep) bed() {
	local := n.Word.owner() == n.own() && !n.has(fLate)
	told := n.Word&lWaiters != 0
	if local && (told || !n.has(fSlept)) {
		n.done(lLook, lkLocal)
		return
	}
	if c := *n; local {
		c.done(lLook, lkLocal)
	}
	mark := uint8(lLook)
	if !told {
		mark = lMark
		n.Word |= lWaiters
	}
	if local {
		n.done(mark, lkLocal)
		return
	}
	n.me().V = n.Word
	n.done(mark, lkSleep)
}

// wait is what else the front of a queue does.
func (n *lockStep) wait() {
	g := n.me()
	switch g.PC {
	case lkSleep:
		if n.Word != g.V && n.m.Bug != SleepBlind {
			g.V = 0
			n.done(lSleep, lkLook)
			return
		}
		g.V = 0
		g.Flags |= fSlept
		n.done(lSleep, lkAsleep)
	case lkGiven: // handed over; the word has its process already
		if n.has(fSlept) && n.m.Bug != GivenForgets {
			n.Word |= lWaiters
		}
		if n.has(fOver) && n.m.Bug != GivenToDone {
			n.give(lOver)
			return
		}
		n.Holder = 0
		n.acquire(lGiven)
	case lkPass:
		n.wake(lOver, idle, false)
	}
}

// asleep is how a sleeper wakes up by itself.
func (n *lockStep) asleep() {
	g := n.me()
	switch {
	case g.PC == lkNap: // a short while is over
		n.done(lNap, idle)
	case g.PC == lkLocal && n.gate().Told:
		n.gate().Told = false
		n.done(lTold, lkLook)
	case n.has(fOver) && g.PC == lkQueued:
		n.done(lOver, idle)
	case n.has(fOver):
		n.done(lEnded, lkLook)
	case n.m.Quantum && g.PC == lkLocal:
		g.Flags |= fLate
		n.done(lQuantum, lkLook)
	case n.m.Quantum && g.PC == lkAsleep:
		n.done(lQuantum, lkLook)
	}
}

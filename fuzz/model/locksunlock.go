package model

// unlock is what a holder does.
func (n *lockStep) unlock() {
	g := n.me()
	switch g.PC {
	case lkHold:
		n.hold()
	case lkRestore:
		n.Word = n.own()
		n.done(lRecovered, lkHold)
	case lkEarly:
		n.give(lUnlock)
	case lkWake:
		n.wake(lWake, lkTell, n.has(fAll))
	case lkTell:
		n.tell(TellEarly)
		if c := *n; n.m.Yield {
			*c.me() = lockGor{}
			c.done(lTell, lkYield)
		}
		n.done(lTell, idle)
	case lkYield:
		if n.Word != 0 {
			n.done(lNap, idle)
			return
		}
		n.done(lNap, lkNap)
	}
}

// hold is what may happen to a lock that is held.
func (n *lockStep) hold() {
	if c := *n; n.Parks > 0 && n.m.Can[n.p()]&canPark != 0 {
		c.Parks--
		c.Holder = parked + c.p()
		c.done(lPark, idle)
	}
	if c := *n; n.Word&lInconsistent != 0 {
		c.Dirty = false
		if n.m.Bug == RecoveredByStore {
			c.done(lRecovered, lkRestore)
		} else {
			c.Word &^= lInconsistent
			c.done(lRecovered, lkHold)
		}
	}
	if n.m.Bug == TellEarly {
		n.tell(NoLockBug)
		n.done(lTell, lkEarly)
		return
	}
	if c, f := *n, n.gate().Front; n.m.Hand && f != 0 && n.Word&lInconsistent == 0 && (n.Gor[f-1].PC == lkLocal || n.Gor[f-1].PC == lkLook) {
		c.Gor[f-1].PC = lkGiven
		c.Holder = f
		*c.gate() = lockGate{}
		c.done(lHand, idle)
	}
	n.give(lUnlock)
}

// tell tells the front to look, unless that is what the bug does elsewhere.
func (n *lockStep) tell(elsewhere LockBug) {
	if n.gate().Front != 0 && (elsewhere == NoLockBug || n.m.Bug != elsewhere) {
		n.gate().Told = true
	}
}

// give is the store that ends what the lock's owner has of it.
func (n *lockStep) give(mark uint8) {
	w := n.Word
	n.Word, n.Holder = 0, 0
	*n.me() = lockGor{}
	switch {
	case w&lInconsistent != 0 && n.m.Bug != UnlockForgets:
		n.Word = lDead
		n.me().Flags = fAll
		n.done(lSwap, lkWake)
	case w&lWaiters != 0 && n.m.Bug != UnlockDropsWake:
		n.done(lSwap, lkWake)
	default:
		n.done(mark, lkTell)
	}
}

// release is UNLOCK of the owner in the word.
func (n *lockStep) release() { n.give(lRelease) }

// wake wakes one of those that sleep on the word, whichever, or all of them.
func (n *lockStep) wake(mark, pc uint8, all bool) {
	some := false
	for y := range n.Gor {
		if p := n.Gor[y].PC; p == lkAsleep || p == lkNap {
			some = true
			if all {
				n.rouse(y)
				continue
			}
			c := *n
			c.rouse(y)
			c.done(mark, pc)
		}
	}
	if all || !some {
		n.done(mark, pc)
	}
}

// rouse wakes goroutine y. One that only naps passes the wake-up on.
func (n *lockStep) rouse(y int) {
	switch g := &n.Gor[y]; {
	case g.PC == lkAsleep:
		g.PC = lkLook
	case n.m.Bug == NapEats:
		*g = lockGor{PC: idle}
	default:
		*g = lockGor{PC: lkPass}
	}
}

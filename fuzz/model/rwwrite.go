package model

// write is what a writer does that has the word.
func (n *rwStep) write() {
	g := n.me()
	switch g.PC {
	case rwScan:
		n.scan()
	case rwCount:
		n.Waiters++
		g.Flags |= rCounted
		if n.m.Bug == CountedLate {
			n.done(yCount, rwAsleep)
			return
		}
		n.done(yCount, rwEvent)
	case rwEvent:
		if n.has(rOver) {
			n.done(yEnded, rwQuit)
			return
		}
		n.drop(rStale)
		n.done(yEvent, rwScan)
	case rwSleep:
		if n.has(rStale) {
			n.done(ySleep, rwEvent)
			return
		}
		n.done(ySleep, rwAsleep)
	case rwAsleep:
		switch {
		case n.has(rOver):
			n.done(yEnded, rwQuit)
		case n.m.Quantum:
			n.done(yQuantum, rwBury)
		}
	case rwBury, rwClaim, rwClear:
		n.bury()
	case rwDone:
		n.discount()
		n.writes(yDone)
	case rwQuit:
		n.discount()
		n.release()
		n.done(yQuit, idle)
	case rwWriting:
		n.unlock()
	}
}

func (n *rwStep) discount() {
	if n.has(rCounted) {
		n.Waiters--
	}
}

// scan looks at one bit after the other.
func (n *rwStep) scan() {
	g := n.me()
	switch {
	case n.Bit[g.At] && n.has(rCounted):
		g.At = 0
		n.done(yScan, rwSleep)
	case n.Bit[g.At]:
		g.At = 0
		n.done(yScan, rwCount)
	case g.At < 2 && n.m.Gors[g.At+1] > 0:
		g.At++
		n.done(yScan, rwScan)
	case n.has(rCounted):
		g.At = 0
		n.done(yScan, rwDone)
	default:
		g.At = 0
		n.writes(yScan)
	}
}

// writes is the moment from which the goroutine writes.
func (n *rwStep) writes(mark uint8) {
	if n.Dirty && !n.has(rTold) {
		n.Bad = 1
	}
	n.done(mark, rwWriting)
}

// unlock is the end of writing.
func (n *rwStep) unlock() {
	if n.Word&lInconsistent == 0 {
		n.Word = 0
		n.done(yUnlock, idle)
		return
	}
	c := *n
	c.Word &^= lInconsistent
	c.Dirty = false
	c.drop(rTold)
	c.done(yRecovered, rwWriting)
	n.Word, n.Spoilt = lDead, true
	n.done(yUnlock, idle)
}

// bury clears the bits of readers that are gone. The slot's byte is claimed
// meanwhile, so that nobody comes into the slot whose bit that would be.
func (n *rwStep) bury() {
	g := n.me()
	switch g.PC {
	case rwBury:
		for g.At < 3 && !(n.Bit[g.At] && g.At != n.p() && n.left(g.At)) {
			g.At++
		}
		if g.At == 3 {
			g.At = 0
			n.done(yLeft, rwEvent)
			return
		}
		if n.m.Bug == ClearUnclaimed {
			n.done(yLeft, rwClear)
			return
		}
		n.done(yLeft, rwClaim)
	case rwClaim:
		if n.Byte[g.At] != 0 {
			g.At++
			n.done(yBury, rwBury)
			return
		}
		n.Byte[g.At] = n.p() + 1
		n.done(yBury, rwClear)
	case rwClear:
		n.Bit[g.At] = false
		if n.Byte[g.At] == n.p()+1 {
			n.Byte[g.At] = 0
		}
		g.At++
		n.done(yClear, rwBury)
	}
}

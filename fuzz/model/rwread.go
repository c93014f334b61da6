package model

// read is what readers do, and whoever waits for the word.
func (n *rwStep) read() {
	g := n.me()
	switch g.PC {
	case rwSet:
		n.Bit[n.p()] = true
		if n.m.Bug == BitAfterWord && n.has(rReads) {
			n.reads(ySet)
			return
		}
		if n.m.Bug == LookBeforeBit {
			*n.mutex() = 0
			n.reads(ySet)
			return
		}
		n.done(ySet, rwLook)
	case rwLook:
		n.look()
	case rwUnset, rwTell, rwWake:
		n.tell()
	case rwWord:
		n.word()
	case rwMark:
		if !n.mutexIsFree() {
			return
		}
		if *n.readers()++; *n.readers() == 1 && n.m.Bug != BitAfterWord {
			n.Bit[n.p()] = true
		}
		n.done(yMark, rwRestore)
	case rwRestore:
		switch {
		case n.m.Bug == ReaderForgets:
			n.Word = 0
		case n.m.Bug == ReaderSpoils && n.Word&lInconsistent != 0:
			n.Word = lDead
		default:
			n.release()
		}
		if n.m.Bug == BitAfterWord {
			n.done(yRestore, rwSet)
			return
		}
		n.reads(yRestore)
	case rwReading:
		if !n.mutexIsFree() {
			return
		}
		if *n.readers()--; *n.readers() > 0 && n.m.Bug != AnyUnsets {
			n.done(yLess, idle)
			return
		}
		*n.mutex() = n.x + 1
		n.done(yLess, rwUnset)
	}
}

// look is the reader's look at the word, under the mutex of its process.
func (n *rwStep) look() {
	if n.Word == 0 {
		if n.m.Bug == LookBeforeBit && *n.readers() == 0 {
			*n.readers()++
			n.done(yLook, rwSet)
			return
		}
		*n.readers()++
		*n.mutex() = 0
		n.reads(yLook)
		return
	}
	if *n.readers() == 0 {
		n.me().Flags |= rQueue
		n.done(yLook, rwUnset)
		return
	}
	*n.mutex() = 0
	n.me().Flags = rReads
	n.done(yLook, rwWord)
}

// reads is the moment from which the goroutine reads.
func (n *rwStep) reads(mark uint8) {
	if n.Dirty && !n.has(rTold) {
		n.Bad = 1
	}
	n.done(mark, rwReading)
}

// tell clears the bit of the process, and wakes a writer that waits for that.
func (n *rwStep) tell() {
	switch n.me().PC {
	case rwUnset:
		n.Bit[n.p()] = false
		if n.m.Bug == UnsetQuietly {
			n.told(yUnset)
			return
		}
		n.done(yUnset, rwTell)
	case rwTell:
		if n.Waiters == 0 {
			n.told(yWaiters)
			return
		}
		n.done(yWaiters, rwWake)
	case rwWake:
		n.moves()
		n.told(yMove)
	}
}

func (n *rwStep) told(mark uint8) {
	*n.mutex() = 0
	if n.has(rQueue) {
		n.me().Flags = rReads
		n.done(mark, rwWord)
		return
	}
	n.done(mark, idle)
}

// moves moves the event on and wakes all.
func (n *rwStep) moves() {
	for x := range n.Gor {
		switch g := &n.Gor[x]; g.PC {
		case rwScan, rwSleep:
			g.Flags |= rStale
		case rwAsleep:
			g.PC = rwEvent
		}
	}
}

// word is the wait for the word.
func (n *rwStep) word() {
	if c := *n; c.has(rOver) || c.Word.lost() {
		c.done(yOverWord, idle)
	}
	if n.has(rOver) || !n.take() {
		return
	}
	if n.has(rReads) {
		n.done(yTake, rwMark)
		return
	}
	n.done(yTakeWrite, rwScan)
}

package model

// claim takes the byte of a dead user's slot. For the own slot, a new process
// attaches.
func (n *pollStep) claim(q, mark uint8) {
	n.Byte[q] = n.p + 1
	n.me().Of = q + 1
	if n.State[q] == slotFree {
		n.done(mark, pqSettle)
		return
	}
	n.done(mark, pqVisit)
}

// recovering clears the dead user's word. Nobody is told: who waits behind it
// looks every quantum while a unit is free.
func (n *pollStep) recovering() {
	q := n.me().Of - 1
	switch n.me().PC {
	case pqVisit:
		n.State[q] = slotDead
		n.done(qVisit, pqClear)
	case pqClear:
		n.Slot[q] = pollSlot{}
		n.done(qClear, pqSettle)
	case pqSettle:
		n.settle(q, n.p)
		n.done(qSettle, idle)
	}
}

// Wrong holds the protocol to its promises.
func (m Polls) Wrong(s pollState) string {
	units, rest, waits := s.Units+s.Lost, true, false
	for p, g := range s.Proc[:m.Procs] {
		if g.PC == pqHold || g.Flags&qHas != 0 {
			units++
		}
		switch {
		case g.PC == pqAsleep:
			waits = true
			rest = rest && g.Flags&qTimed == 0
		case g.PC != idle && g.PC != dead && g.PC != pqHold:
			rest = false
		}
		if g.PC == idle && s.Slot[p] != (pollSlot{}) {
			return "a process that does nothing has a word in the queue"
		}
	}
	switch {
	case units != m.Units+s.Given:
		return "a unit is lost, or came from nowhere"
	case rest && waits && s.Units > 0:
		return "everybody rests, a unit is free, and somebody sleeps without an end"
	}
	return ""
}

// Clean is nobody at work or waiting, unless for units that the dead have taken
// with them.
func (m Polls) Clean(s pollState) bool {
	for _, g := range s.Proc {
		switch g.PC {
		case idle, dead:
		case pqAsleep:
			if s.Units > 0 || g.Flags&qTimed != 0 || s.Lost < m.Units+s.Given {
				return false
			}
		default:
			return false
		}
	}
	return true
}

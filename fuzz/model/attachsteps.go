package model

// attStep is one state on its way to the next.
type attStep struct {
	attState
	m    *Attach
	t    uint8 // task
	emit func(who, mark uint8, to attState)
}

func (n *attStep) me() *attTask { return &n.Task[n.t] }

// proc is the process of the task.
func (n *attStep) proc() uint8 { return n.t % 3 }

func (n *attStep) self() *attProc { return &n.Proc[n.proc()] }

func (n *attStep) slot() *attSlot { return &n.Slot[n.me().Slot] }

// user is the user that the process is; owner{} if it is none.
func (p *attProc) user() owner { return owner{p.Slot, p.Gen} }

func (n *attStep) done(mark, pc uint8) {
	if n.me().PC = pc; pc == idle {
		*n.me() = attTask{}
	}
	n.emit(n.t, mark, n.attState)
}

// gone is what everybody finds out about a user.
func (s *attState) gone(u owner) bool {
	l := s.Slot[u.Slot-1]
	return l.Gen != u.Gen || l.State != slotLive && l.State != slotLeaving || l.Byte == 0
}

// Next is every step of every goroutine.
func (m Attach) Next(s attState, emit func(who, mark uint8, to attState)) {
	for t := range uint8(len(s.Task)) {
		fresh := func() *attStep { return &attStep{s, &m, t, emit} }
		switch pc := s.Task[t].PC; pc {
		case dead:
			continue
		case idle:
			m.begin(fresh)
		default:
			fresh().step()
		}
		if n := fresh(); t < 3 && s.Kills > 0 && n.alive() {
			n.die()
		}
	}
}

// alive says that a death would make a difference.
func (n *attStep) alive() bool {
	return n.self().Slot != 0 || n.me().PC != idle || n.t == 0 && n.Task[3].PC > dead
}

// die is a SIGKILL.
func (n *attStep) die() {
	p := n.proc()
	for i := range n.Slot {
		if n.Slot[i].Byte&^byProbe == p+1 {
			n.Slot[i].Byte = 0
		}
	}
	n.Proc[p] = attProc{}
	if p == 0 && n.m.Two {
		n.Task[3] = attTask{}
	}
	n.Kills--
	n.done(aKill, idle)
}

// begin is the first step of whatever an idle goroutine may do.
func (m *Attach) begin(fresh func() *attStep) {
	f := fresh()
	p := f.self()
	if p.Slot == 0 {
		if f.t == 3 {
			return
		}
		for q := range m.Slots {
			n := fresh()
			l := &n.Slot[q]
			n.me().Slot = q
			switch {
			case m.Bug == LiveFirst && l.State == slotFree:
				n.done(aTake, aiLiveFirst)
			case l.Byte == 0:
				l.Byte = n.proc() + 1
				n.done(aTake, aiWord)
			}
		}
		return
	}
	for q := range m.Slots {
		l := f.Slot[q]
		if p.Going || q+1 == p.Slot || l.State == slotFree {
			continue
		}
		if n := fresh(); l.Byte == 0 || m.Bug == WordDecides {
			n.me().Slot = q
			n.done(aAsk, aiClaim)
		}
	}
	if f.t == 3 || p.Going {
		return
	}
	m.work(fresh)
	if n := fresh(); n.Ends > 0 && (!m.Two || n.t != 0 || n.Task[3].PC == idle) {
		n.Ends--
		n.self().Going = true
		n.me().Slot = p.Slot - 1
		n.done(aClose, aiLeaving)
	}
}

// step is the rest of an attach, a recovery, a close.
func (n *attStep) step() {
	k, l, p := n.me(), n.slot(), n.proc()
	switch k.PC {
	case aiWord: // the byte is taken
		if k.Gen = l.Gen; l.State == slotFree {
			n.done(aWord, aiLive)
			return
		}
		n.done(aWord, aiDead)
	case aiLive:
		n.live()
	case aiLiveFirst:
		n.live()
	case aiClaim:
		bit := uint8(1) << k.Slot
		kernel := l.Byte == 0 || l.Byte == p+1|byProbe || n.m.Bug == WordDecides
		if !kernel || n.self().Claims&bit != 0 && n.m.Bug != ClaimsUnknown {
			n.done(aClaim, idle)
			return
		}
		if n.self().Claims |= bit; l.Byte == 0 {
			l.Byte = p + 1 | byProbe
		}
		n.done(aClaim, aiAgain)
	case aiAgain:
		if l.State == slotFree {
			n.done(aAgain, aiRelease)
			return
		}
		k.Gen = l.Gen
		n.done(aAgain, aiDead)
	case aiRelease:
		n.self().Claims &^= 1 << k.Slot
		if l.Byte == p+1|byProbe {
			l.Byte = 0
		}
		n.done(aRelease, idle)
	case aiTake: // from who has died
		if n.Thing[k.What] == k.Seen {
			n.have(k.What)
		}
		if k.What == thRegion && n.m.Bug != TakeUnclaimed {
			n.done(aTakeDead, aiRelease)
			return
		}
		n.done(aTakeDead, idle)
	case aiLeaving, aiLeave, aiLeft, aiGone:
		n.leaving()
	default:
		n.recover()
	}
}

// live is the commit of an attach.
func (n *attStep) live() {
	k, l, p := n.me(), n.slot(), n.self()
	if n.m.Bug != GenKept {
		l.Gen++
	}
	l.State = slotLive
	for i := range n.Proc {
		if n.Proc[i].Slot == k.Slot+1 {
			n.Bad = 1
		}
	}
	if n.remains(k.Slot) || l.Lane {
		n.Bad = 2
	}
	p.Slot, p.Gen = k.Slot+1, l.Gen
	if n.m.Bug == LiveFirst && l.Byte == 0 {
		l.Byte = n.proc() + 1
	}
	n.done(aLive, idle)
}

// remains says that a thing is still that of a user of the slot.
func (s *attState) remains(slot uint8) bool {
	for w, at := range s.Thing {
		if at.Slot == slot+1 && !(uint8(w) == thSpan && s.Loose) {
			return true
		}
	}
	return false
}

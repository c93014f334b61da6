package model

// claim takes the byte of a dead user's slot. For the own slot, a new process
// attaches.
func (n *rwStep) claim(q, mark uint8) {
	n.Byte[q] = n.p() + 1
	n.me().Of = q + 1
	if n.State[q] == slotFree {
		n.done(mark, rwSettle)
		return
	}
	n.done(mark, rwVisit)
}

// recovering takes the dead user out of the lock.
func (n *rwStep) recovering() {
	q := n.me().Of - 1
	switch n.me().PC {
	case rwVisit:
		n.State[q] = slotDead
		n.done(yVisit, rwLeft)
	case rwLeft:
		if n.Word.owner() == lockOf(q, n.Gen[q]) {
			n.Word = lInconsistent
		}
		n.done(yLeave, rwBit)
	case rwBit:
		n.Bit[q] = false
		if n.Waiters > 0 {
			n.moves()
		}
		n.done(yBit, rwSettle)
	case rwSettle:
		n.settle(q, n.p())
		if q == n.p() && n.m.Gors[q] == 2 {
			n.Gor[n.x^1].PC = idle
		}
		n.done(ySettle, idle)
	}
}

// canon is one of the states that are the same but for the names of goroutines
// and, where they have the same roles, of processes.
func (m *RWLocks) canon(s rwState) rwState {
	if m.Bug != NoRWBug { // paths are easier to read
		return s
	}
	for p := range uint8(len(s.Mu)) {
		if m.Gors[p] == 2 && s.Gor[2*p].key() > s.Gor[2*p+1].key() {
			s.Gor[2*p], s.Gor[2*p+1] = s.Gor[2*p+1], s.Gor[2*p]
			if mu := &s.Mu[p]; *mu != 0 {
				*mu = ((*mu - 1) ^ 1) + 1
			}
		}
	}
	if m.Same {
		sort(procs(m.Gors), s.less, s.swapProcs)
	}
	return s
}

func (g rwGor) key() uint32 {
	return uint32(g.PC)<<24 | uint32(g.Flags)<<16 | uint32(g.At)<<8 | uint32(g.Of)
}

func (s *rwState) less(p, q uint8) bool {
	for k := range uint8(2) {
		if a, b := s.Gor[2*p+k], s.Gor[2*q+k]; a.PC != b.PC {
			return a.PC < b.PC
		} else if a.Flags != b.Flags {
			return a.Flags < b.Flags
		}
	}
	if s.Gen[p] != s.Gen[q] {
		return s.Gen[p] < s.Gen[q]
	}
	if s.State[p] != s.State[q] {
		return s.State[p] < s.State[q]
	}
	return s.Bit[q] && !s.Bit[p]
}

// swapProcs exchanges two processes that nobody who looks at the slots in turn
// has told apart yet.
func (s *rwState) swapProcs(p, q uint8) {
	for _, g := range s.Gor {
		if g.At != 0 || g.PC == rwClaim || g.PC == rwClear {
			return
		}
	}
	for k := range uint8(2) {
		s.Gor[2*p+k], s.Gor[2*q+k] = s.Gor[2*q+k], s.Gor[2*p+k]
	}
	s.Mu[p], s.Mu[q] = s.Mu[q], s.Mu[p]
	s.Readers[p], s.Readers[q] = s.Readers[q], s.Readers[p]
	s.Bit[p], s.Bit[q] = s.Bit[q], s.Bit[p]
	s.crew.swap(p, q)
	for x := range s.Gor {
		if g := &s.Gor[x]; g.Of != 0 {
			g.Of = other(g.Of-1, p, q) + 1
		}
	}
	for i := range s.Mu {
		if mu := &s.Mu[i]; *mu != 0 {
			*mu = other((*mu-1)/2, p, q)*2 + (*mu-1)%2 + 1
		}
	}
	if w := s.Word; w.owned() && !w.lost() {
		s.Word = w&(lWaiters|lInconsistent) | lockOf(other(w.proc(), p, q), w.gen())
	}
}

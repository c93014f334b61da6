package model

// canon is one of the states that are the same but for the names of goroutines
// and, where they have the same roles, of processes.
func (m *Locks) canon(s lockState) lockState {
	if m.Bug != NoLockBug { // paths are easier to read
		return s
	}
	for p := range uint8(len(s.Gate)) {
		if m.Gors[p] == 2 && s.Gor[2*p].key() > s.Gor[2*p+1].key() {
			s.swapGors(p)
		}
	}
	if m.Same {
		sort(procs(m.Gors), s.less, s.swapProcs)
	}
	return s
}

// procs is the number of processes that have goroutines.
func procs(gors [3]uint8) (n int) {
	for n < len(gors) && gors[n] > 0 {
		n++
	}
	return n
}

func (g lockGor) key() uint32 {
	return uint32(g.PC)<<24 | uint32(g.V)<<16 | uint32(g.Flags)<<8 | uint32(g.Of)
}

// less puts processes in an order by what does not depend on their names.
func (s *lockState) less(p, q uint8) bool {
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
	return s.Word.owned() && !s.Word.lost() && s.Word.proc() == p && s.Word.proc() != q
}

// swapGors exchanges the two goroutines of process p.
func (s *lockState) swapGors(p uint8) {
	s.Gor[2*p], s.Gor[2*p+1] = s.Gor[2*p+1], s.Gor[2*p]
	if f := &s.Gate[p].Front; *f != 0 {
		*f = ((*f - 1) ^ 1) + 1
	}
	if h := s.Holder; h != 0 && h < parked && (h-1)/2 == p {
		s.Holder = ((h - 1) ^ 1) + 1
	}
}

// swapProcs exchanges two processes.
func (s *lockState) swapProcs(p, q uint8) {
	name := func(x uint8) uint8 { return other(x, p, q) }
	word := func(w lword) lword {
		if !w.owned() || w.lost() {
			return w
		}
		return w&(lWaiters|lInconsistent) | lockOf(name(w.proc()), w.gen())
	}
	for k := range uint8(2) {
		s.Gor[2*p+k], s.Gor[2*q+k] = s.Gor[2*q+k], s.Gor[2*p+k]
	}
	s.Gate[p], s.Gate[q] = s.Gate[q], s.Gate[p]
	s.crew.swap(p, q)
	for x := range s.Gor {
		g := &s.Gor[x]
		g.V = word(g.V)
		if g.Of != 0 {
			g.Of = name(g.Of-1) + 1
		}
	}
	for i := range s.Gate {
		if f := &s.Gate[i].Front; *f != 0 {
			*f = name((*f-1)/2)*2 + (*f-1)%2 + 1
		}
	}
	s.Word = word(s.Word)
	switch h := s.Holder; {
	case h >= parked:
		s.Holder = parked + name(h-parked)
	case h != 0:
		s.Holder = name((h-1)/2)*2 + (h-1)%2 + 1
	}
}

package model

// canon is one of the states that are the same but for the names of goroutines
// and, where they have the same roles, of processes.
func (m *Semas) canon(s semaState) semaState {
	if m.Bug != NoSemaBug { // paths are easier to read
		return s
	}
	for p := range uint8(len(s.Front)) {
		if m.Gors[p] == 2 && s.Gor[2*p].key() > s.Gor[2*p+1].key() {
			s.Gor[2*p], s.Gor[2*p+1] = s.Gor[2*p+1], s.Gor[2*p]
			if f := &s.Front[p]; *f != 0 {
				*f = ((*f - 1) ^ 1) + 1
			}
		}
	}
	if m.Same {
		sort(procs(m.Gors), s.less, s.swapProcs)
	}
	return s
}

// less puts processes in an order by what does not depend on their names.
func (s *semaState) less(p, q uint8) bool {
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
	return s.State[p] < s.State[q]
}

// swapProcs exchanges two processes, which a recount has not told apart yet.
func (s *semaState) swapProcs(p, q uint8) {
	for x := range s.Gor {
		if at := s.Gor[x].At; at > min(p, q) && at <= max(p, q) {
			return
		}
	}
	for k := range uint8(2) {
		s.Gor[2*p+k], s.Gor[2*q+k] = s.Gor[2*q+k], s.Gor[2*p+k]
	}
	s.Front[p], s.Front[q] = s.Front[q], s.Front[p]
	s.crew.swap(p, q)
	for x := range s.Gor {
		if g := &s.Gor[x]; g.Of != 0 {
			g.Of = other(g.Of-1, p, q) + 1
		}
	}
	for i := range s.Front {
		if f := &s.Front[i]; *f != 0 {
			*f = other((*f-1)/2, p, q)*2 + (*f-1)%2 + 1
		}
	}
}

func (g semaGor) key() uint64 {
	k := uint64(0)
	for _, b := range [...]uint8{g.PC, g.Flags, g.Of, g.At, g.N, g.Was} {
		k = k<<8 | uint64(b)
	}
	return k
}

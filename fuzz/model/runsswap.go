package model

// less is some order.
func (p *runProc) less(q *runProc) bool {
	a := [...]uint8{p.PC, p.Op, p.R, p.L, p.P, p.Run, p.U, p.At, p.N, p.T, p.B, p.BE, uint8(p.S), uint8(p.S >> 8), p.Of}
	b := [...]uint8{q.PC, q.Op, q.R, q.L, q.P, q.Run, q.U, q.At, q.N, q.T, q.B, q.BE, uint8(q.S), uint8(q.S >> 8), q.Of}
	for i := range a {
		if a[i] != b[i] {
			return a[i] < b[i]
		}
	}
	return false
}

// swap gives the first two processes each other's number.
func (s *runState) swap() {
	swapped := [4]uint8{0, 2, 1, 3}
	s.Proc[0], s.Proc[1] = s.Proc[1], s.Proc[0]
	s.Byte[0], s.Byte[1] = s.Byte[1], s.Byte[0]
	s.Live[0], s.Live[1] = s.Live[1], s.Live[0]
	for i := range s.Proc {
		s.Proc[i].Of = swapped[s.Proc[i].Of]
		s.Byte[i] = swapped[s.Byte[i]]
		s.Lock[i] = swapped[s.Lock[i]]
	}
}

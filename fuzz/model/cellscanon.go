package model

// canon takes away what makes no difference: generations, the tags of operations
// that are over, numbers of sequences but for their order, the order of blocks and
// of processes with the same roles.
func (m *Cells) canon(s cellState) cellState {
	s.Gen = [3]uint8{}
	if m.Wrap == 0 {
		if m.Bug == NoCellBug {
			s.forget(m)
		}
		for l := range m.Lanes {
			s.rank(l)
		}
	}
	if m.Same && m.Bug == NoCellBug {
		s.places(m)
		sort(int(m.Lanes), s.lessProc, func(p, q uint8) { s.swapProcs(m.Lanes, p, q) })
	}
	sort(int(m.Blocks), s.lessBlock, s.swapBlocks)
	return s
}

// over says that nobody will take tag w for that of an open operation any more.
func (s *cellState) over(w cellWord) bool {
	if w.Lane == 0 {
		return true
	}
	l := &s.Lane[w.Lane-1]
	return !l.armed() || l.Seq != w.Seq
}

// another is the number of a tag that is over and that no cell has.
const another = 9

// forget takes away tags that are over. Of those that were loaded only the
// knowledge stays whether the cell still has them.
func (s *cellState) forget(m *Cells) {
	for i := range s.Proc {
		g := &s.Proc[i]
		if g.PC <= dead || g.PC >= clDone || g.W == (cellWord{}) || !s.over(g.W) {
			continue
		}
		c, was := s.Cell[g.Cell], g.W
		if g.W.Lane, g.W.Seq = 0, another; c.Lane == was.Lane && c.Seq == was.Seq {
			g.W.Seq = 0
		}
	}
	for c := range s.Cell {
		if w := &s.Cell[c]; s.over(*w) {
			w.Lane, w.Seq = 0, 0
		}
	}
	for i := range s.Lane {
		if l := &s.Lane[i]; !l.armed() {
			l.Passed = 0
		}
	}
}

func (s *cellState) rank(l uint8) {
	all := [10]*uint8{&s.Lane[l].Seq, &s.Lane[l].Passed}
	k := 2
	for c := range s.Cell {
		if w := &s.Cell[c]; w.Lane == l+1 {
			all[k] = &w.Seq
			k++
		}
	}
	for p := range s.Proc {
		if g := &s.Proc[p]; g.W.Lane == l+1 {
			all[k] = &g.W.Seq
			k++
			if g.O != 0 {
				all[k] = &g.O
				k++
			}
		}
	}
	// A tag's number, and one that was loaded from a lane, is never 0.
	was := [10]uint8{}
	for i, a := range all[:k] {
		was[i] = *a
	}
	for i, a := range all[:k] {
		rank := uint8(0)
		for j := range k {
			smaller := was[j] < was[i] && was[j] != 0
			for h := range j {
				smaller = smaller && was[h] != was[j]
			}
			if smaller {
				rank++
			}
		}
		if was[i] != 0 {
			rank++
		}
		*a = rank
	}
}

func (s *cellState) lessBlock(a, b uint8) bool {
	x, y := s.Block[a], s.Block[b]
	for _, v := range [...][2]uint8{{x.Note, y.Note}, {x.User, y.User}, {x.Own, y.Own}, {x.Coll, y.Coll},
		{s.A >> a & 1, s.A >> b & 1}, {s.R >> a & 1, s.R >> b & 1}, {s.K >> a & 1, s.K >> b & 1}, {s.Old >> a & 1, s.Old >> b & 1}, {s.Large >> a & 1, s.Large >> b & 1}} {
		if v[0] != v[1] {
			return v[0] < v[1]
		}
	}
	return false
}

func (s *cellState) swapBlocks(a, b uint8) {
	s.Block[a], s.Block[b] = s.Block[b], s.Block[a]
	for _, bits := range [...]*uint8{&s.A, &s.R, &s.K, &s.Old, &s.Large} {
		x, y := *bits>>a&1, *bits>>b&1
		*bits = *bits&^(1<<a|1<<b) | x<<b | y<<a
	}
	name := func(off *uint8) {
		if *off != 0 && *off < noCell {
			*off = other(*off-1, a, b) + 1
		}
	}
	for c := range s.Cell {
		name(&s.Cell[c].Off)
	}
	for i := range s.Lane {
		l, g := &s.Lane[i], &s.Proc[i]
		for _, off := range [...]*uint8{&l.Y, &l.X, &l.D, &g.Y, &g.X, &g.D, &g.W.Off} {
			name(off)
		}
	}
}

// places makes a recoverer's place that of a lane. Each process has one.
func (s *cellState) places(m *Cells) {
	for i := range s.Proc {
		g := &s.Proc[i]
		for g.PC == clVisit && g.At%m.Lanes != g.Of-1 && g.At < 2*m.Lanes {
			g.At++
		}
	}
}

func (s *cellState) lessProc(p, q uint8) bool {
	a, b, k, l := s.Proc[p], s.Proc[q], s.Lane[p], s.Lane[q]
	for _, v := range [...][2]uint8{{a.PC, b.PC}, {k.Op, l.Op}, {a.What, b.What}, {a.Cell, b.Cell}, {k.Seq, l.Seq}, {k.Passed, l.Passed},
		{a.W.Seq, b.W.Seq}, {a.O, b.O}, {a.Of, b.Of}, {s.State[p], s.State[q]}} {
		if v[0] != v[1] {
			return v[0] < v[1]
		}
	}
	return s.Cell[0].Lane == p+1 && s.Cell[0].Lane != q+1
}

// swapProcs exchanges two of n processes with one lane each.
func (s *cellState) swapProcs(n, p, q uint8) {
	s.Proc[p], s.Proc[q] = s.Proc[q], s.Proc[p]
	s.Lane[p], s.Lane[q] = s.Lane[q], s.Lane[p]
	s.crew.swap(p, q)
	name := func(x *uint8) {
		if *x != 0 {
			*x = other(*x-1, p, q) + 1
		}
	}
	for c := range s.Cell {
		name(&s.Cell[c].Lane)
	}
	for i := range s.Proc {
		g := &s.Proc[i]
		name(&g.W.Lane)
		name(&g.Of)
		if g.Of != 0 {
			if g.At < 2*n {
				g.At = g.At/n*n + other(g.At%n, p, q)
			}
		}
	}
	for b := range s.Block {
		k := &s.Block[b]
		name(&k.User)
		name(&k.Own)
		switch {
		case k.Note >= noteOp:
			k.Note = noteOp + other(k.Note-noteOp, p, q)
		case k.Note >= noteHand:
			k.Note = noteHand + other(k.Note-noteHand, p, q)
		}
	}
}

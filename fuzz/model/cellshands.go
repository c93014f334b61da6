package model

// hands are the operations that need no lane: plain allocations, and stores to
// cells by who knows what is in them.
func (m *Cells) hands(fresh func() *cellStep, can uint16, b uint8) {
	f := fresh()
	bit, held := uint8(1)<<b, f.Block[b].Note == noteHand+f.i
	if can&cellMalloc != 0 && f.issuable(m, b) {
		n := fresh()
		n.issue(b, noteHand+n.i, false)
		n.Block[b].Own = 0
		n.done(cePlain, idle)
	}
	if can&cellFree != 0 && held {
		n := fresh()
		n.giveBack(b)
		n.done(cePlain, idle)
	}
	for c := range m.Cells {
		w := f.Cell[c]
		if f.kept(c) || can&cellStore == 0 {
			continue
		}
		if w.Off == b+1 && f.K&bit == 0 { // taken out
			n := fresh()
			n.Cell[c].Off, n.Block[b].Note = 0, noteHand+n.i
			n.done(ceStore, idle)
		}
		if held && w.Off == 0 {
			n := fresh()
			n.Cell[c].Off, n.Block[b].Note = b+1, noteCell+c
			n.done(ceStore, idle)
		}
		if held && w.Off != 0 && f.K>>(w.Off-1)&1 == 0 { // exchanged
			n := fresh()
			n.Block[w.Off-1].Note = noteHand + n.i
			n.Cell[c].Off, n.Block[b].Note = b+1, noteCell+c
			n.done(ceStore, idle)
		}
	}
	if f.Block[b].Note != noteLost || f.Old&bit == 0 {
		return
	}
	if can&cellReap != 0 && f.told(m, b) {
		n := fresh()
		n.giveBack(b)
		n.done(cePlain, idle)
	}
	for c := range m.Cells {
		if can&cellKeep != 0 && f.Cell[c].Off == 0 && !f.usedBy(m, c) { // linked first, then kept
			n := fresh()
			n.Cell[c].Off, n.Block[b].Note = b+1, noteCell+c
			n.me().Cell, n.me().X = c, b+1
			n.done(ceStore, clKeep)
		}
	}
}

// kept says that somebody keeps what he put in cell c: a program lets nobody free
// a block meanwhile.
func (s *cellState) kept(c uint8) bool {
	for _, g := range s.Proc {
		if g.PC == clKeep && g.Cell == c {
			return true
		}
	}
	return false
}

// usedBy says that an operation of a living goroutine on cell c is open.
func (s *cellState) usedBy(m *Cells, c uint8) bool {
	for _, g := range s.Proc[:m.Lanes] {
		if g.What != opIdle && g.Of == 0 && g.Cell == c {
			return true
		}
	}
	return false
}

// awaited says that the number of the next operation, or of the one after, is
// that of a tag which somebody has loaded and not yet overwritten.
func (n *cellStep) awaited(m *Cells) bool {
	for _, g := range n.Proc {
		seq := n.lane().Seq
		if g.W.Lane == n.at()+1 && (g.W.Seq == m.low(seq+1) || g.W.Seq == m.low(seq+2)) {
			return true
		}
	}
	return false
}

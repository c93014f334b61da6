package model

// cellStep is one state on its way to the next.
type cellStep struct {
	cellState
	m    *Cells
	i    uint8
	emit func(who, mark uint8, to cellState)
}

func (n *cellStep) me() *cellProc { return &n.Proc[n.i] }

// at is the lane that it works with: a recoverer's is one of the dead's.
func (n *cellStep) at() uint8 {
	if g := n.me(); g.Of != 0 {
		return g.At % n.m.Lanes
	}
	return n.i
}

func (n *cellStep) lane() *cellLane { return &n.Lane[n.at()] }

// slot is for whom it works.
func (n *cellStep) slot() uint8 { return n.m.Slot[n.at()] }

// low is what a tag holds of a sequence.
func (m *Cells) low(seq uint8) uint8 {
	if m.Wrap == 0 {
		return seq
	}
	return 1 + seq%m.Wrap
}

// done emits the step; the goroutine goes on at pc.
func (n *cellStep) done(mark, pc uint8) {
	g := n.me()
	switch {
	case pc == idle && g.Of != 0: // a recovery goes on
		*g = cellProc{PC: clVisit, Of: g.Of, At: g.At + 1}
	case pc == idle:
		*g = cellProc{}
	default:
		g.PC = pc
	}
	n.out(n.i, mark)
}

func (n *cellStep) out(who, mark uint8) { n.emit(who, mark, n.m.canon(n.cellState)) }

// Next is every step of every goroutine, and of the spans' owners.
func (m Cells) Next(s cellState, emit func(who, mark uint8, to cellState)) {
	for i := range m.Lanes {
		fresh := func() *cellStep { return &cellStep{s, &m, i, emit} }
		p := m.Slot[i]
		switch g := s.Proc[i]; {
		case g.PC == dead:
			if m.Can[i]&cellAttach != 0 && (i == 0 || m.Slot[i-1] != p) && s.claimable(p, p) {
				fresh().claim(p, ceAttach)
			}
			continue
		case g.PC == idle:
			m.begin(fresh)
		case g.PC < clVisit:
			fresh().operate()
		default:
			fresh().recovering()
		}
		if s.Kills > 0 && (i == 0 || m.Slot[i-1] != p) {
			fresh().die()
		}
	}
	for b := range m.Blocks {
		n := &cellStep{s, &m, 0, emit}
		n.collect(b)
	}
}

// die is a SIGKILL of the whole process: what its goroutines knew nobody knows.
func (n *cellStep) die() {
	p := n.m.Slot[n.i]
	for j := range n.m.Lanes {
		if n.m.Slot[j] != p {
			continue
		}
		n.Proc[j] = cellProc{PC: dead}
		for b := range n.Block {
			if k := &n.Block[b]; k.Note == noteHand+j {
				k.Note = noteLost
			}
		}
	}
	n.drop(p)
	n.out(n.i, ceKill)
}

// begin is the first step of every operation that an idle goroutine may start.
func (m *Cells) begin(fresh func() *cellStep) {
	f := fresh()
	can := m.Can[f.i]
	for q := range uint8(len(f.Byte)) {
		if can&cellRecover != 0 && q != m.Slot[f.i] && f.claimable(q, m.Slot[f.i]) {
			fresh().claim(q, ceClaim)
		}
	}
	for b := range m.Blocks {
		m.hands(fresh, can, b)
	}
	if m.Ops != 0 && f.Ops == m.Ops || m.Wrap != 0 && !m.Stalled && f.awaited(m) {
		return
	}
	for c := range m.Cells {
		full := f.Cell[c].Off != 0
		if f.kept(c) {
			continue
		}
		if full && can&cellFreeFrom != 0 {
			n := fresh()
			n.args(opFree, c, 0)
		}
		for b := range m.Blocks {
			if !f.issuable(m, b) {
				continue
			}
			if full && can&cellReallocTo != 0 {
				n := fresh()
				n.args(opRealloc, c, b+1)
			}
			if !full && can&cellMallocTo != 0 {
				n := fresh()
				n.args(opMalloc, c, b+1)
			}
		}
	}
}

// issuable says that somebody who adopts b's span, or takes its region's lock, can
// issue it. The lock may be taken from a user that is dead and not recovered.
func (s *cellState) issuable(m *Cells, b uint8) bool {
	own := s.Block[b].Own
	return (s.A|s.R)>>b&1 == 0 && (own == 0 || m.Large && s.Byte[own-1] == 0)
}

// args begins an operation: a block is chosen, what it is about is stored, and the
// lane is armed. Nobody reads an argument before.
func (n *cellStep) args(what, c, y uint8) {
	if n.m.Ops != 0 {
		n.Ops++
	}
	g := n.me()
	g.What, g.Cell, g.Y = what, c, y
	if what != opMalloc {
		g.X = n.Cell[c].Off
	}
	if y != 0 {
		n.Block[y-1].Own = n.slot() + 1
	}
	if n.m.Bug == IssuedUnarmed && y != 0 {
		n.done(ceArm, clIssue)
		return
	}
	n.arm()
}

package model

// blocks is how many blocks there are.
func (n *runStep) blocks() (k uint8) {
	for _, b := range n.Block {
		if b != 0 {
			k++
		}
	}
	return k
}

// take locks region r if it is free or, if it may, its holder dead. It reports
// whether it must be tidied.
func (n *runStep) take(r uint8, evenDead bool) (ok, tidy bool) {
	l := n.Lock[r]
	if l != 0 && (!evenDead || n.Byte[l-1] != 0) {
		return false, false
	}
	n.Lock[r] = n.i + 1
	return true, l != 0
}

// lockFor begins an operation that scans region r.
func (n *runStep) lockFor(r, op uint8, mark uint8) {
	p := n.me()
	p.Op, p.L = op, r
	if op != opFollow {
		p.R = r
	}
	switch ok, tidy := n.take(r, true); {
	case !ok && op == opFollow:
		p.L--
		n.done(mark, n.crossed())
	case !ok:
	case tidy && n.m.Bug != NoTidy:
		p.U, p.P = n.m.usable(&n.runState, r), n.m.from(r)
		mark = max(mark, rTryDead)
		if n.m.Hints {
			mark = rTidyHints
		}
		n.tidyHints(r)
		n.done(mark, runTidy)
	default:
		n.scanFrom(mark)
	}
}

func (n *runStep) tidyHints(r uint8) {
	if n.m.Hints {
		n.Low[r] = 0
	}
}

// scanFrom emits the last step before a scan of region L, once for each place
// where that may begin.
func (n *runStep) scanFrom(mark uint8) {
	p := n.me()
	r := p.L
	p.P, p.Run, p.U = n.m.from(r), 0, n.m.usable(&n.runState, r)
	if !n.m.Hints || p.Op != opAlloc {
		n.done(mark, runScan)
		return
	}
	low := p.P + n.Low[r]
	n.Low[r] = p.U - p.P
	all := *n
	all.done(rSwap, runScan)
	if low <= p.P || low >= p.U {
		return
	}
	if k := n.W[low].kind(); n.m.Bug == HintWithoutHead || k >= kFree && k <= kSpan {
		p.P = low
		if v := n.m.walk(&n.runState); !v.head[low] {
			n.bad(rStart, 3)
			return
		}
		n.done(rStart, runScan)
	}
}

// begin is the first step of every operation that process i may start.
func (m *Runs) begin(fresh func() *runStep) {
	f := fresh()
	can := m.Can[f.i]
	for r := uint8(0); r < m.Regions && m.from(r) < f.Committed; r++ {
		if can&canAlloc != 0 {
			fresh().lockFor(r, opAlloc, rTry)
		}
		if can&canCross != 0 && r+1 < m.Regions && f.Committed > m.end(r) && f.blocks() < m.Live {
			fresh().lockFor(r, opTail, rTry)
		}
	}
	for p := uint8(0); p < f.Committed; p++ {
		if can&canStash != 0 {
			fresh().again(p)
		}
		if b := f.Block[p] & 15; b != 0 && f.Busy>>p&1 == 0 {
			m.beginBlock(fresh, can, p, b)
		}
	}
	if can&canGrow != 0 {
		for to := f.Committed + 1; to <= m.Most; to++ {
			n := fresh()
			n.Committed = to
			n.done(rGrow, idle)
		}
	}
	for s := uint8(0); can&canRescue != 0 && s < m.Procs; s++ {
		if f.Live[s] && f.Byte[s] == 0 {
			n := fresh()
			n.Byte[s] = n.i + 1
			n.me().Of = s + 1
			n.done(rClaim, runVisit)
		}
	}
}

// beginBlock begins what the user of the block at p may do with it.
func (m *Runs) beginBlock(fresh func() *runStep, can uint16, p, b uint8) {
	start := func() *runStep {
		n := fresh()
		n.Busy |= 1 << p
		n.me().At, n.me().S = p, n.W[p]
		n.me().R = p / m.Pages
		n.me().L = n.me().R
		return n
	}
	if can&canRelease != 0 {
		start().free()
	}
	if b > 8 {
		return
	}
	end := m.end(p / m.Pages)
	for k := uint8(1); k <= m.Pages; k++ {
		if can&canExtend != 0 && k > b && p+k <= min(end, fresh().Committed) {
			n := start()
			n.me().N = k
			if m.Bug == UsableBeforeLock {
				n.me().U = m.usable(&n.runState, p/m.Pages)
			}
			n.done(rFind, runExtLock)
		}
		if can&canShrink != 0 && k < b && p+k <= end {
			n := start()
			n.me().N = k
			n.done(rFind, runShrLock)
		}
	}
	if can&canShrink != 0 && m.Regions == 3 && p+b > m.end(1) && p < m.end(0) { // a whole region
		n := start()
		n.me().N = m.end(1) - p
		n.done(rFind, runShrLock)
	}
}

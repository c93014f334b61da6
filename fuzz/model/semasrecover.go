package model

// claim takes the byte of a dead user's slot. For the own slot, a new process
// attaches.
func (n *semaStep) claim(q, mark uint8) {
	n.Byte[q] = n.p() + 1
	n.me().Of = q + 1
	if n.State[q] == slotFree {
		n.done(mark, smReturn)
		return
	}
	n.done(mark, smVisit)
}

// recovering counts the waiters anew, for the dead may have been among them. A
// ledger lists a sleeper before it is counted and until it is counted no more; if
// the count has not changed since it was loaded, the ledgers list all that it
// means.
func (n *semaStep) recovering() {
	g := n.me()
	q := g.Of - 1
	switch g.PC {
	case smVisit:
		n.State[q] = slotDead
		g.Was = n.Waiters
		n.done(sVisit, smRecount)
	case smRecount:
		if g.At < 3 {
			if g.At != q && n.State[g.At] == slotLive {
				g.N += n.ledger(g.At)
			}
			g.At++
			n.done(sLedger, smRecount)
			return
		}
		n.recount()
	case smReturn:
		n.settle(q, n.p())
		if q == n.p() && n.m.Gors[q] == 2 {
			n.Gor[n.x^1].PC = idle
		}
		n.done(sSettle, idle)
	}
}

func (n *semaStep) ledger(p uint8) uint8 {
	if n.m.Bug == RecountProcesses {
		return min(n.listed(p), 1)
	}
	return n.listed(p)
}

func (n *semaStep) recount() {
	g := n.me()
	same := !n.has(sStale)
	switch n.m.Bug {
	case RecountByValue:
		same = g.Was == n.Waiters
	case RecountByStore:
		same = true
	}
	if n.State[n.me().Of-1] != slotDead {
		n.Bad = 2
	}
	if same && g.N < n.Waiters {
		n.Waiters = g.N
		of := g.Of
		n.recounts()
		*g = semaGor{Of: of}
		n.done(sRecount, smReturn)
		return
	}
	*g = semaGor{Of: g.Of}
	n.done(sRecount, smReturn) // not now: too many waiters do no harm
}

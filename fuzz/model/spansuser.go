package model

// gone says that the user of slot s runs no more.
func (n *spanState) gone(s uint8) bool { return n.Proc[s].PC == dead || n.Proc[s].Of == s+1 }

// died says that a user has been killed. One that closed has no blocks.
func (n *spanState) died(u spanUser) bool {
	return u.gen() != n.Gen[u.slot()]&3 || n.gone(u.slot()) || !n.Live[u.slot()]
}

// buried says that it was, and that its recovery is done.
func (n *spanState) buried(u spanUser) bool {
	return u.gen() != n.Gen[u.slot()]&3 || !n.Live[u.slot()]
}

// recorded is the user of a live block by the words, dead if it is told as an
// orphan.
func (g *spanPage) recorded(b uint8) spanUser {
	u := g.W.user()
	if g.W&(wOrph|wOwned) == wOrph {
		u |= uDead
	}
	if i := g.Index[b]; g.W&wTagged != 0 {
		if u &^= uFlags; i != 0 {
			u = g.Who[i-1]
		}
	}
	if g.K>>b&1 != 0 {
		u &^= uDead
	}
	return u
}

// told says that block b is told as an orphan.
func (n *spanState) told(g *spanPage, b uint8) bool {
	return g.W.span() && g.A&^g.R>>b&1 != 0 && g.recorded(b)&uDead != 0
}

// mayFree are the blocks of g that process i may free. Where recovery frees, the
// blocks of a user that has died are not for others to free.
func (n *spanState) mayFree(m *Spans, i uint8, g *spanPage) uint8 {
	may := g.Held &^ g.Busy
	if m.Reclaim && m.Bug != HandedOn {
		for b, u := range g.By {
			if u != 0 && n.died(u) {
				may &^= 1 << b
			}
		}
	}
	return may
}

// mayDie is false for a process that is never killed, and while somebody else is freeing a block of process i and
// recovery would free it too: a program that hands blocks on must not reclaim.
func (n *spanState) mayDie(m *Spans, i uint8) bool {
	if m.Safe[i] {
		return false
	}
	for j, p := range n.Proc {
		if m.Reclaim && m.Bug != HandedOn && uint8(j) != i && (p.PC == atOwnFree || p.PC >= atFreeR && p.PC <= atFreeOr) &&
			n.Page[p.Page].By[p.Bit] == userOf(i, n.Gen[i]) {
			return false
		}
	}
	return true
}

// close ends a process that owns no span. Its blocks stay.
func (n *spanStep) close() {
	n.end(n.i)
	n.Byte[n.i] = 0
	n.Closes--
	*n.me() = spanProc{PC: dead}
	n.out(mClose)
}

package model

// recovering is what the holder of a dead user's byte does.
func (n *spanStep) recovering() {
	p := n.me()
	s := p.Of - 1
	if p.PC == atVisit && int(p.Page) == n.m.Pages {
		p.Page = 0
		n.done(mNext, atSlotFree)
		return
	}
	g := &n.Page[min(int(p.Page), 1)]
	switch p.PC {
	case atVisit:
		n.visit(g)
	case atEntrySet:
		n.entry()
	case atFreeAll:
		p.T = g.A &^ g.R
		n.done(mFreeAllLook, atFreeAllOr)
	case atFreeAllOr:
		for b := range g.By {
			if p.T>>b&1 != 0 {
				n.reclaimed(uint8(b))
			}
		}
		if n.m.Bug == ReclaimByStore {
			g.R = p.T
		} else {
			g.R |= p.T
		}
		p.T = 0
		n.done(mFreeAll, atEmpty)
	case atSlotFree:
		n.end(s)
		n.done(mSlotFree, atSlotDone)
	case atSlotDone:
		if s == n.i {
			n.Live[s], n.Gen[s] = true, n.Gen[s]+1
		} else if n.Byte[s] == n.i+1 {
			n.Byte[s] = 0
		}
		p.Of = 0
		n.done(mSlotDone, idle)
	}
}

// visit decides by a page's word.
func (n *spanStep) visit(g *spanPage) {
	p := n.me()
	s := p.Of - 1
	switch w := g.W; {
	case g.Lock == s+1:
		g.Lock = 0
		n.done(mUnlock, atVisit)
	case !w.span():
		n.done(mVisit, idle) // on to the next page
	case w&wOwned != 0 && w.slot() == s:
		p.Rec, p.After = true, atFreeAll
		n.collects(mVisit)
	case w&wTagged != 0:
		p.V = w
		if p.I = n.seat(); p.I == 0 {
			n.done(mVisit, idle)
			return
		}
		n.done(mVisit, atEntrySet)
	case w&wOwned != 0 || w.slot() != s || w&wOrph != 0 || n.m.Bug == DisownedNotTakenBack,
		w.gen() != n.Gen[s]&3 && n.m.Bug != AnyGeneration:
		n.done(mVisit, idle)
	default:
		p.V, p.Rec, p.Then = w, true, thenRecover
		n.done(mVisit, atAdopt)
	}
}

// entry marks the dead user's entry. Others may work in the span, unless it is
// the dead user's own.
func (n *spanStep) entry() {
	p, g := n.me(), n.page()
	e := &g.Who[p.I-1]
	dead := uDead
	if n.m.Reclaim {
		dead |= uReclaimed
	}
	switch {
	case *e&^uFlags == n.tenant():
		*e |= dead
	case n.m.Bug == EntryByStore:
		*e = n.tenant() | dead
	default: // somebody else's by now
		n.done(mEntry, idle)
		return
	}
	p.I = 0
	switch {
	case p.Rec && n.m.Reclaim:
		p.After = atDisown
		n.done(mEntry, atReclaim)
	case p.Rec:
		n.done(mEntry, atDisown)
	case n.m.Reclaim && n.m.Bug == ReclaimByAnyone:
		p.After = idle
		for b, i := range g.Index {
			if i != 0 && g.Who[i-1]&^uFlags == n.tenant() {
				p.T |= g.A &^ g.R & (1 << b)
			}
		}
		n.done(mEntry, atFreeAllOr)
	case n.m.Reclaim && p.V.free():
		p.Then = thenDisown
		n.done(mEntry, atAdopt)
	default:
		n.done(mEntry, idle)
	}
}

// end is the moment from which the user of slot s is gone for good: blocks of one
// that closed are blocks of the arena.
func (n *spanStep) end(s uint8) {
	n.Live[s] = false
	if n.me().Of != 0 {
		return
	}
	for i := range n.Page {
		for b, u := range n.Page[i].By {
			if u == userOf(s, n.Gen[s]) {
				n.Page[i].By[b] = 0
			}
		}
	}
}

package model

// recover repairs what the user of the slot left. Killed anywhere in it, the next
// one starts again from the top.
func (n *attStep) recover() {
	k, l := n.me(), n.slot()
	u := owner{k.Slot + 1, k.Gen}
	for _, p := range n.Proc {
		if p.Slot == u.Slot {
			n.Bad = 3
		}
	}
	for i, o := range n.Task {
		if uint8(i) != n.t && o.PC >= aiDead && o.PC <= aiFree && o.Slot == k.Slot && k.PC != aiFree {
			n.Bad = 4
		}
	}
	switch k.PC {
	case aiDead:
		l.State = slotDead
		pc := aiLanes
		if n.m.Bug == SpansBeforeLanes {
			pc = aiSpans
		}
		if n.m.Bug == SlotFreedEarly {
			l.State = slotFree
		}
		n.done(aDead, pc)
	case aiLanes:
		if l.Lane && (n.Thing[thSpan] != u || n.Loose) {
			n.Bad = 5
		}
		l.Lane = false
		if n.m.Bug == SpansBeforeLanes {
			n.done(aAlloc, aiRegions)
			return
		}
		n.done(aAlloc, aiRegions)
	case aiRegions:
		if n.Thing[thRegion] != u {
			n.done(aAlloc, n.past())
			return
		}
		if n.self().Slot != 0 { // in the recoverer's own name, who may die as well
			n.have(thRegion)
		}
		n.done(aAlloc, aiRegionFree)
	case aiRegionFree:
		n.Thing[thRegion] = owner{}
		n.self().Has[thRegion] = owner{}
		n.done(aAlloc, n.past())
	case aiSpans:
		if n.Thing[thSpan] == u {
			n.Loose = true
		}
		if n.m.Bug == SpansBeforeLanes {
			n.done(aAlloc, aiLanes)
			return
		}
		n.done(aAlloc, aiObjects)
	case aiObjects:
		if n.Thing[thObject] == u || n.m.Bug == ObjectsByStore && n.Thing[thObject].Slot != 0 {
			n.Thing[thObject] = owner{}
		}
		n.done(aObjects, aiEpoch)
	case aiEpoch:
		n.done(aEpoch, aiFree)
	case aiFree:
		l.State = slotFree
		if n.remains(k.Slot) || l.Lane {
			n.Bad = 6
		}
		if n.self().Slot == 0 { // attaching: the slot is its own
			n.done(aFree, aiLive)
			return
		}
		n.done(aFree, aiRelease)
	}
}

// past is where recovery goes on after the regions' locks.
func (n *attStep) past() uint8 {
	if n.m.Bug == SpansBeforeLanes {
		return aiObjects
	}
	return aiSpans
}

// leaving is a close.
func (n *attStep) leaving() {
	k, l, p := n.me(), n.slot(), n.self()
	u := p.user()
	switch k.PC {
	case aiLeaving:
		l.State = slotLeaving
		n.done(aLeaving, aiLeave)
	case aiLeave: // as recovery, but by the user itself
		l.Lane = false
		for w := range n.Thing {
			if n.Thing[w] == u && uint8(w) == thSpan {
				n.Loose = true
			} else if n.Thing[w] == u {
				n.Thing[w] = owner{}
			}
		}
		p.Has = [3]owner{}
		pc := aiLeft
		if n.m.Bug == SlotFreedLate {
			pc = aiGone
		}
		n.done(aLeave, pc)
	case aiLeft:
		l.State = slotFree
		if n.m.Bug == SlotFreedLate {
			n.done(aLeft, idle)
			return
		}
		n.done(aLeft, aiGone)
	case aiGone:
		l.Byte = 0
		late := n.m.Bug == SlotFreedLate
		*p = attProc{Going: late}
		if late {
			n.done(aGone, aiLeft)
			return
		}
		n.done(aGone, idle)
	}
}

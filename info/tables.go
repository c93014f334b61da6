package info

import "usarena/internal/layout"

// lookAtTables judges the fixed part: header, users, region locks. Ledgers are
// hints and have no padding.
func (m *image) lookAtTables(log *findings) {
	l := looker{m, log}
	l.reserved(layout.HeaderPadding, 0, m.word)
	for slot := 1; slot <= int(m.geo.Users); slot++ {
		l.lookAtUser(slot)
		l.reserved(layout.UserPadding, m.userOff(slot), m.word)
		for lane := range m.geo.Lanes {
			l.lookAtLane(slot, m.geo.LanesOff+(uint64(slot-1)*m.geo.Lanes+lane)*layout.LaneSize)
		}
	}
	// Records of regions without a page need not exist in the file yet.
	rp := m.geo.RegionPages()
	for i := range (m.pages + rp - 1) / rp {
		l.lookAtLock(i)
		l.reserved(layout.RegionPadding, m.regionOff(i), m.word)
	}
	l.lookAtChain()
	l.lookAtHistory()
	l.lookAtSetup()
}

func (l *looker) lookAtUser(slot int) {
	w, off := l.m.userWord(slot), l.m.userOff(slot)
	state := layout.UserState(w)
	switch {
	case state > layout.UserDead:
		l.log.add(KindUser, off, w, "slot %d is in state %d, there are 0 to %d", slot, state, layout.UserDead)
	case w != layout.UserWord(state, layout.UserGen(w)):
		l.log.add(KindUser, off, w, "slot %d: word %#x has bits that nothing uses", slot, w)
	case state != layout.UserFree && layout.UserGen(w) == 0:
		l.log.add(KindUser, off, w, "slot %d is in use in generation 0", slot)
	}
}

// lookAtLane judges an intent record. A user that leaves and whoever recovers a
// dead one end what is in its lanes before the slot is free.
func (l *looker) lookAtLane(slot int, off uint64) {
	w := l.m.word(off)
	switch op := layout.OpOf(w); {
	case op > layout.LaneDrop:
		l.log.add(KindLane, off, w, "slot %d is doing operation %d, there are 1 to %d", slot, op, layout.LaneDrop)
	case op != layout.LaneIdle && layout.UserState(l.m.userWord(slot)) == layout.UserFree && l.m.word(off) == w:
		l.log.add(KindLane, off, w, "slot %d is free, and doing operation %d", slot, op)
	}
}

// lookAtLock judges who holds a region. Its generation may be ahead of the
// slot's while a new user recovers the old one, so only the slot counts.
func (l *looker) lookAtLock(i uint64) {
	w, off := l.m.lock(i), l.m.regionOff(i)
	if w == layout.LockFree {
		return
	}
	slot := layout.LockSlot(w)
	switch {
	case slot == 0 || slot > int(l.m.geo.Users):
		l.log.add(KindLock, off, uint64(w), "region %d is locked by slot %d, slots are 1 to %d", i, slot, l.m.geo.Users)
	case layout.UserState(l.m.userWord(slot)) == layout.UserFree && l.m.lock(i) == w:
		l.log.add(KindLock, off, uint64(w), "region %d is locked by slot %d, which is free", i, slot)
	}
}

// reserved judges the padding of the record at off. The finding names the first
// word that is not zero.
func (l *looker) reserved(zero []layout.Pad, off uint64, word func(uint64) uint64) {
	for _, z := range zero {
		for at := off + z.Off; at < off+z.Off+z.Size; at += 8 {
			x := word(at &^ 7)
			if z.Size == 4 { // half a word
				x >>= (at & 4) * 8
				x &= 1<<32 - 1
			}
			if x != 0 {
				l.log.add(KindReserved, at, x, "%s is %#x", z.Name, x)
				break
			}
		}
	}
}

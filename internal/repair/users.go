package repair

import (
	"usarena/info"
	"usarena/internal/layout"
)

func (x *repairer) userOff(slot int) uint64 {
	return x.geo.UsersOff + uint64(slot-1)*layout.UserSize
}

// readUsers remembers who was attached.
func (x *repairer) readUsers() {
	x.users = make([]uint64, x.geo.Users+1)
	for slot := 1; slot <= int(x.geo.Users); slot++ {
		x.users[slot] = x.d.word(x.userOff(slot))
	}
}

// attached says that a slot was in use, in this generation.
func (x *repairer) attached(slot int, gen uint16) bool {
	if slot < 1 || slot > int(x.geo.Users) {
		return false
	}
	w := x.users[slot]
	return layout.UserState(w) != layout.UserFree && layout.UserGen(w) == gen
}

// freeUsers makes all slots free. Generations stay, so that nothing that names an
// old user names a new one.
func (x *repairer) freeUsers() {
	for slot := 1; slot <= int(x.geo.Users); slot++ {
		w, off := x.users[slot], x.userOff(slot)
		gen := layout.UserGen(w)
		if layout.UserState(w) != layout.UserFree {
			x.report.Users++
			gen = max(gen, 1)
		}
		x.set(info.KindUser, off, layout.UserWord(layout.UserFree, gen), "slot %d is free", slot)
		x.pads(layout.UserPadding, off)
	}
}

// clearTables empties ledgers, heap lines and locks: nobody waits for anything or
// holds anything. Records of blocks and regions get their padding back.
func (x *repairer) clearTables() {
	g := &x.geo
	for slot := range g.Users {
		off := g.LedgersOff + slot*layout.LedgerSize
		for at := off; at < off+layout.LedgerSize; at += 8 {
			if at == off+offBell {
				x.setHalf(info.KindHint, at+4, 0, "waits of slot %d", slot+1)
				continue
			}
			x.set(info.KindHint, at, 0, "waits of slot %d", slot+1)
		}
	}
	for at := g.HeapsOff; at < g.HeapsOff+g.Users*g.HeapLines*layout.HeapLineSize; at += 8 {
		x.set(info.KindHint, at, 0, "heap line")
	}
	for i := range g.Regions {
		off := g.RegionsOff + i*layout.RegionSize
		x.setHalf(info.KindLock, off, layout.LockFree, "region %d is not locked", i)
		x.pads(layout.RegionPadding, off)
	}
	// Pages that do not exist yet have records as well, which growth takes as they
	// are.
	x.d.each(g.BitsOff, layout.BitsSize, 0, g.MaxPages, func(p uint64) { x.pads(layout.BitsPadding, x.bitsOff(p)) })
	x.d.each(g.TenantsOff, layout.TenantsSize, 0, g.MaxPages, x.staleTenants)
	if w := x.half(layout.SetupOff); w&layout.LockOwner != 0 && (!layout.LockLost(w) || w&^layout.LockWaiters != layout.LockDead) {
		x.setHalf(info.KindLock, layout.SetupOff, layout.LockInconsistent, "who was making the first datum died")
	}
	x.set(info.KindHint, offFreeze, 0, "nobody asks others to wait")
}

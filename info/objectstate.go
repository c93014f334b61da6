package info

import (
	"fmt"

	"usarena/internal/layout"
)

// options names the options.
func (x *Object) options(all uint64) {
	for _, o := range []struct {
		option uint64
		name   string
	}{{layout.OptionMeter, "metered"}, {layout.OptionTell, "tell"}, {layout.OptionKept, "kept"}, {layout.OptionUndo, "undo"}} {
		if all&o.option != 0 {
			x.Options = append(x.Options, o.name)
		}
	}
}

// lock says who holds a lock word.
func (p *people) lock(x *Object, w uint32, kept bool) {
	slot := layout.LockSlot(w)
	switch {
	case layout.LockLost(w):
		x.State = ObjectLost
		return
	case slot == 0:
		if x.State = ObjectFree; w&layout.LockInconsistent != 0 {
			x.State = ObjectDied
		}
		return
	case slot > int(p.m.geo.Users):
		x.State = ObjectDamaged
		return
	}
	x.Owner, x.Holder, x.State = slot, p.holder(slot, layout.LockGen(w)), ObjectHeld
	switch {
	case x.Holder.Dead && !kept:
		x.State = ObjectDied
	case w&layout.LockInconsistent != 0:
		x.State = ObjectRepair
	}
}

// slots are the users whose bits are set.
func (p *people) slots(rec record) (list []Holder) {
	for _, slot := range rec.slotBits() {
		list = append(list, p.now(slot))
	}
	return list
}

func (p *people) sema(x *Object, rec record) {
	w := layout.SemaWord(rec.word(offWord))
	x.Value = w.Value()
	x.State = fmt.Sprintf("%d free", x.Value)
	if w&layout.SemaStarving != 0 {
		x.State += ", " + ObjectStarving
	}
	x.watched(rec)
	if rec.head.Options()&layout.OptionUndo == 0 {
		return
	}
	for slot := 1; slot <= int(p.m.geo.Users); slot++ {
		if n := rec.slotWord(slot); n != 0 {
			h := p.now(slot)
			h.Units = n
			x.Takers = append(x.Takers, h)
		}
	}
}

func (p *people) barrier(x *Object, rec record) {
	w := layout.BarrierWord(rec.word(offWord))
	x.Phase, x.Arrived = w.Phase(), int(min(w.Count(), 1<<31-1))
	x.Parties = append(x.Parties, p.slots(rec)...)
	switch {
	case w.Broken():
		x.State = ObjectBroken
	case x.Arrived > 0:
		x.State = fmt.Sprintf("%d arrived", x.Arrived)
	default:
		x.State = ObjectIdle
	}
}

// metered fetches what is counted of a lock.
func (x *Object) metered(rec record) {
	if !rec.gauge() {
		return
	}
	x.Tries, x.Hits, x.Spins = rec.count(layout.LockTries), rec.count(layout.LockHits), rec.count(layout.LockSpins)
	x.uses(rec)
}

// watched fetches what is noted of a semaphore.
func (x *Object) watched(rec record) {
	flags := rec.half(offFlags)
	for _, f := range []struct {
		flag uint32
		name string
	}{{layout.WatchMeter, "counted"}, {layout.WatchOwner, "owner noted"}, {layout.WatchHistory, "logged"}, {layout.WatchRecursive, "recursive"}} {
		if flags&f.flag != 0 {
			x.Options = append(x.Options, f.name)
		}
	}
	if flags&layout.WatchMeter != 0 {
		x.Meter = &Meter{rec.count(layout.SemaPHits), rec.count(layout.SemaPs), rec.count(layout.SemaVs),
			rec.count(layout.SemaVNoWait), rec.count(layout.SemaNWait), rec.count(layout.SemaMaxWait)}
		x.Tries, x.Hits = x.Meter.Ps, x.Meter.PHits
	}
	if flags&layout.WatchOwner != 0 {
		x.uses(rec)
	}
}

func (x *Object) uses(rec record) {
	x.Uses = &Uses{int(rec.half(offOwnerPid)), int(rec.half(offLastPid)), rec.word(offOwnerPC), rec.word(offLastPC)}
}

// count is one of the counts, -1 after a reset of a lock's.
func (r record) count(i uint64) int64 { return int64(r.word(offCounts + i*8)) }

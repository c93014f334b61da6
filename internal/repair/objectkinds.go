package repair

import (
	"usarena/info"
	"usarena/internal/layout"
)

// live repairs an object of which needs bytes are used. Nobody uses it now.
func (o *object) live(needs uint64) {
	h := o.head
	o.x.pads(layout.ObjectPadding, o.off)
	if w := o.half(offWaiters); layout.Sleepers(w) != 0 {
		o.setHalf(offWaiters, w-layout.Sleepers(w), "nobody sleeps")
	}
	if h.Kind() == layout.SemaObject || h.Kind() == layout.PollSemaObject || h.Kind() == layout.LockObject && h.Options()&layout.OptionMeter != 0 {
		o.x.pads(layout.GaugePadding, o.off+layout.ObjectGauge)
	}
	switch h.Kind() {
	case layout.LockObject:
		o.lock(h.Options()&layout.OptionKept != 0)
	case layout.RWLockObject:
		o.lock(false)
		o.zero(layout.ObjectBits, o.size, "nobody reads")
	case layout.BarrierObject:
		o.barrier()
	case layout.SemaObject:
		o.sema(h.Options()&layout.OptionUndo != 0)
	case layout.PollSemaObject:
		o.sema(false)
		o.zero(layout.ObjectSlots, o.size, "nobody is queued")
	case layout.HistoryObject:
		o.history()
		return
	}
	o.zero(max(needs, layout.ObjectSlots), o.size, "nothing is behind the object")
}

// lock tells the next one who takes it that its owner died, if it had one.
func (o *object) lock(kept bool) {
	w := o.half(offLock)
	switch slot := layout.LockSlot(w); {
	case layout.LockLost(w):
		o.setHalf(offLock, layout.LockDead, "not recoverable")
	case slot != 0 && slot <= int(o.x.geo.Users) && kept: // as on IRIX: for ever
	case w&layout.LockOwner != 0:
		o.setHalf(offLock, layout.LockInconsistent, "its owner died")
	default:
		o.setHalf(offLock, w&^layout.LockWaiters, "nobody waits")
	}
}

// barrier breaks a barrier at which somebody waited, as recovery does.
func (o *object) barrier() {
	w := layout.BarrierWord(o.word(offWord))
	users := w.Count() != 0
	for at := uint64(layout.ObjectBits); at < o.size; at += 8 {
		users = users || o.word(at) != 0
	}
	if users && !w.Broken() || w.Count() != 0 {
		o.set(offWord, uint64(layout.MakeBarrier(w.Phase(), 0)|layout.BarrierBroken), "broken: its parties died")
	}
	if b := o.half(offBroken); b > 1<<31 {
		o.setHalf(offBroken, 0, "no phase is known to have broken")
	}
	o.zero(layout.ObjectBits, o.size, "nobody takes part")
}

// sema gives back the units that users had taken who are gone.
func (o *object) sema(undo bool) {
	was := layout.SemaWord(o.word(offWord))
	w := was &^ layout.SemaStarving
	if w.Lane() >= int(o.x.geo.Users*o.x.geo.Lanes) {
		w = w.Tagged(0, 0)
	}
	if undo {
		units := uint64(w.Value())
		for slot := 1; slot <= int(o.x.geo.Users); slot++ {
			n := o.word(layout.ObjectSlots + uint64(slot-1)*8)
			for _, i := range o.x.intents[o.off] {
				if i.slot == slot {
					n = i.finish(was, o.head.Gen(), n)
				}
			}
			if n > layout.SemaMost {
				o.x.lost(info.KindObject, o.off, "how many units of the sema slot %d had taken: its word says %#x", slot, n)
				n = 0
			}
			units += n
		}
		w = w.WithValue(int(min(units, layout.SemaMost)))
		o.zero(layout.ObjectSlots, o.size, "its units came back")
	}
	o.set(offWord, uint64(w), "%d units free", w.Value())
}

// history drops entries that cannot be where they are.
func (o *object) history() {
	most := (o.size - layout.ObjectRing) / layout.EntrySize
	n := uint64(o.half(offBroken))
	if n == 0 || n > most {
		n = most
		o.setHalf(offBroken, uint32(n), "entries of the ring")
	}
	newest := uint64(0)
	fits := func(i uint64) (seq uint64, ok bool) {
		seq = o.word(layout.ObjectRing + i*layout.EntrySize)
		return seq, seq != 0 && (seq-1)%n == i
	}
	for i := range n {
		if seq, ok := fits(i); ok && seq < 1<<62 {
			newest = max(newest, seq)
		}
	}
	if w := o.word(offWord); w < newest || w-newest > n {
		o.set(offWord, newest, "entries written")
	}
	written := o.word(offWord)
	for i := range most {
		at := layout.ObjectRing + i*layout.EntrySize
		if seq, ok := fits(i); seq != 0 && (i >= n || !ok || seq > written) {
			o.set(at, 0, "an entry that was not written here")
		}
		o.x.pads(layout.EntryPadding, o.off+at)
	}
}

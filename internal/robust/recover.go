package robust

import (
	"fmt"

	"usarena/internal/futex"
	"usarena/internal/layout"
	"usarena/internal/region"
)

// Left is what a user left in objects.
type Left struct {
	Locks   int      // locks that it held, for writing
	Readers int      // reader-writer locks that it read
	Parties int      // barriers that it took part in
	Units   uint64   // units of semaphores with undo
	Queued  int      // places in queues of pollable semaphores
	Making  int      // records that it was making or freeing
	Held    []string // the locks, for people; at most a few
}

// heldListed is how many held locks are named.
const heldListed = 20

// Recover takes the user of slot out of all objects, in the runs that begin at
// pages. The caller holds the slot's byte, or is that user and closes: then its
// barriers do not break. Every step can be done twice; killed in the middle, the
// next one starts again.
func Recover(g *region.Region, pages []uint64, slot int, gen uint16, closes bool) Left {
	x := recovery{g: g, slot: slot, gen: gen, closes: closes}
	for id, n := firstLane(g, slot), int(g.Geo.Lanes); n > 0; n-- {
		finish(g, slot, id)
		id++
	}
	for _, page := range pages {
		size, ok := runSize(g, page)
		for i := uint64(0); ok && i < max(1, layout.PageSize/size); i++ {
			if r := recordAt(g, g.OffsetOf(page)+i*size); r.Object != nil {
				x.record(r)
			}
		}
	}
	Abandon(&g.Header().Setup, slot)
	l := ledger(g, slot)
	for i := range l.Waits {
		l.Waits[i].Store(0)
	}
	l.More.Store(0)
	l.Giving.Store(0)
	return x.left
}

type recovery struct {
	g      *region.Region
	slot   int
	gen    uint16
	closes bool
	left   Left
}

func (x *recovery) record(r Record) {
	h := layout.ObjectHead(r.Head.Load())
	switch h.State() {
	case layout.ObjectMaking:
		if h.Maker() == x.slot {
			r.reset()
			x.left.Making++
		}
		return
	case layout.ObjectFree:
		return
	}
	switch h.Kind() {
	case layout.LockObject:
		if h.Options()&layout.OptionKept == 0 {
			x.lock(r, h.Kind())
		}
	case layout.RWLockObject:
		x.lock(r, h.Kind())
		if x.clearBit(r) {
			x.left.Readers++
			Wake(r, futex.All)
		}
	case layout.BarrierObject:
		x.party(r)
	case layout.SemaObject:
		if n := giveBack(x.g, x.slot, r); n > 0 {
			x.left.Units += n
			Wake(r, int(n))
		}
	case layout.PollSemaObject:
		if w := r.Slot(x.slot); w != nil && w.Load() != 0 {
			if layout.PollState(w.Load()) == layout.PollQueued {
				x.left.Queued++
			}
			w.Store(0)
		}
	}
	if !x.closes {
		recount(x.g, r, x.slot)
	}
}

func (x *recovery) lock(r Record, kind layout.ObjectKind) {
	if Abandon(&r.Lock, x.slot) {
		x.left.Locks++
		if len(x.left.Held) < heldListed {
			x.left.Held = append(x.left.Held, fmt.Sprintf("%s %#x", kind, r.Off))
		}
	}
}

// clearBit clears the slot's bit and says whether it was set.
func (x *recovery) clearBit(r Record) bool { return ClearBit(r, x.slot) }

// party breaks a barrier that the dead user took part in.
func (x *recovery) party(r Record) {
	w := r.Bits(x.slot / 64)
	if w == nil || w.Load()>>(x.slot%64)&1 == 0 {
		return
	}
	x.left.Parties++
	if !x.closes {
		Break(r)
	}
	x.clearBit(r)
}

// SetBit sets a slot's bit of an object and says whether it was clear.
func SetBit(r Record, slot int) bool {
	w, bit := r.Bits(slot/64), uint64(1)<<(slot%64)
	return w != nil && w.Load()&bit == 0 && w.Or(bit)&bit == 0
}

// ClearBit clears it and says whether it was set.
func ClearBit(r Record, slot int) bool {
	w, bit := r.Bits(slot/64), uint64(1)<<(slot%64)
	return w != nil && w.Load()&bit != 0 && w.And(^bit)&bit != 0
}

// Break breaks a barrier: all that wait there, and all that come until a reset,
// are told. It gives the word of the broken phase.
func Break(r Record) layout.BarrierWord {
	for {
		w := layout.BarrierWord(r.Word.Load())
		if broken, ok := BreakPhase(r, w); ok {
			return broken
		}
	}
}

// BreakPhase breaks the phase that w shows, if the barrier still is in it.
func BreakPhase(r Record, w layout.BarrierWord) (broken layout.BarrierWord, ok bool) {
	broken = layout.MakeBarrier(w.Phase(), 0) | layout.BarrierBroken
	if !w.Broken() && !r.Word.CompareAndSwap(uint64(w), uint64(broken)) { // model: B5
		return 0, false
	}
	Wake(r, futex.All)
	return broken, true
}

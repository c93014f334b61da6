package repair

import (
	"usarena/info"
	"usarena/internal/layout"
)

// intent is a half-done operation on a semaphore with undo.
type intent struct {
	slot, lane int
	what       uint8
	seq        uint64
	seen       uint32
	gen, held  uint64
}

func (x *repairer) laneOff(id uint64) uint64 { return x.geo.LanesOff + id*layout.LaneSize }

// readLanes remembers what was being done to semaphores. Operations on cells are
// not finished: the blocks that they name stay, as orphans. One that was being
// freed is marked like a kept one, and is that no more.
func (x *repairer) readLanes() {
	x.intents, x.drops = map[uint64][]intent{}, map[uint64]bool{}
	for id := range x.geo.Users * x.geo.Lanes {
		off := x.laneOff(id)
		w := x.d.word(off)
		switch what := layout.OpOf(w); what {
		case layout.LaneP, layout.LaneV, layout.LaneReturn:
			at := x.d.word(off + offArgs)
			x.intents[at] = append(x.intents[at], intent{
				slot: int(id/x.geo.Lanes) + 1, lane: int(id), what: what, seq: layout.SeqOf(w), seen: uint32(x.d.word(off + offSeen)),
				gen: x.d.word(off + offArgs + 8), held: x.d.word(off + offArgs + 16),
			})
		case layout.LaneDrop:
			x.drops[x.d.word(off+offArgs+3*8)] = true
		}
	}
}

// finish gives what a slot holds of a semaphore once its operation is over.
func (i *intent) finish(tag layout.SemaWord, gen uint32, held uint64) uint64 {
	happened := tag.Lane() == i.lane && tag.Seq() == layout.SemaSeq(i.seq) || i.seen == layout.SemaSeq(i.seq)
	if uint64(gen) != i.gen || !happened || i.held > layout.SemaMost {
		return held
	}
	switch i.what {
	case layout.LaneP:
		return i.held + 1
	case layout.LaneV:
		return max(i.held, 1) - 1
	}
	return 0
}

// idleLanes ends all operations. Sequences stay, and what was noted of them is
// never ahead.
func (x *repairer) idleLanes() {
	for id := range x.geo.Users * x.geo.Lanes {
		off := x.laneOff(id)
		w := x.d.word(off)
		seq := layout.SeqOf(w)
		if layout.OpOf(w) >= layout.LaneMalloc && layout.OpOf(w) <= layout.LaneDrop {
			x.set(info.KindLane, off, layout.LaneOp(layout.LaneIdle, seq), "an operation on a cell that was not over: its blocks stay")
		}
		x.set(info.KindLane, off, layout.LaneOp(layout.LaneIdle, seq), "no operation")
		if seen := x.d.word(off + offSeen); seen != uint64(uint32(seen)) || layout.NewerSeq(uint32(seen), layout.SemaSeq(seq)) {
			x.set(info.KindLane, off+offSeen, uint64(layout.SemaSeq(seq)), "no later operation was seen")
		}
		if x.d.word(off+offPassed) > seq {
			x.set(info.KindLane, off+offPassed, seq, "no later operation was seen")
		}
	}
}

package alloc

import "usarena/internal/layout"

// finishLanes ends the operations on cells that a dead user left in its lanes,
// before anything else of it is touched: what it was allocating is known by that
// nobody else has its spans and regions yet. Drops come last, since what another
// lane has still to drop may be what one has dropped before.
func (h *Heap) finishLanes() {
	lanes := int(h.r.Geo.Lanes)
	for _, drops := range []bool{false, true} {
		for id := (h.slot - 1) * lanes; id < h.slot*lanes; id++ {
			if in := h.found(id); (in.what == layout.LaneDrop) == drops {
				h.finish(&in)
			}
		}
	}
}

// found is what a lane says.
func (h *Heap) found(id int) intent {
	at := h.r.Lane(id)
	o := at.Op.Load() // model: G1
	return intent{at, id, layout.OpOf(o), layout.SeqOf(o)}
}

// finish completes or undoes one operation. It may be done again.
func (h *Heap) finish(in *intent) {
	made, old := in.at.Args[argNew].Load(), in.at.Args[argOld].Load()
	switch in.what {
	case layout.LaneMalloc:
		if h.committed(in, 0) {
			in.idle()
		} else {
			h.dropMade(in, made)
		}
	case layout.LaneRealloc:
		if h.committed(in, old) {
			h.drop(in, old)
		} else {
			h.dropMade(in, made)
		}
	case layout.LaneFree:
		if h.committed(in, old) {
			h.drop(in, old)
		} else {
			in.idle()
		}
	case layout.LaneDrop:
		h.finishDrop(in)
	}
}

// committed says whether the cell was changed. The cell is looked at first: who
// overwrites a tag notes it before.
func (h *Heap) committed(in *intent, old uint64) bool {
	w, err := h.cellAt("recover", in.at.Args[argCell].Load())
	if err != nil { // damage
		return false
	}
	v := layout.CellWord(w.Load()) // model: G2
	if old != 0 && v.Offset() == old {
		return false
	}
	return v.Lane() == in.id && v.Seq() == layout.CellSeq(in.seq) || in.at.Passed.Load() == in.seq // model: G3
}

// dropMade frees a block that was made for a cell and never stored there, if it
// was allocated at all.
func (h *Heap) dropMade(in *intent, made uint64) {
	b, ok := h.named(made)
	if !ok || b.large && (b.state.Slot() != h.slot || b.state.Gen() != h.gen) {
		in.idle()
		return
	}
	h.drop(in, made&^layout.LaneLarge)
}

// named is the live block that a lane names. A small block where a large one was
// is somebody else's by now, and the other way round.
func (h *Heap) named(arg uint64) (b block, ok bool) {
	b, err := h.find("recover", arg&^layout.LaneLarge)
	return b, err == nil && b.large == (arg&layout.LaneLarge != 0)
}

// finishDrop frees the block of a drop that was announced, unless that has
// happened. Returned and then issued again, it would have ended the drop; so the
// lane is looked at once more after the block.
func (h *Heap) finishDrop(in *intent) {
	if b, ok := h.named(in.at.Args[argDrop].Load()); ok { // model: G4
		switch {
		case b.large && b.state == layout.LargeRun(b.state.Len(), h.slot, h.gen)|layout.Orphaned:
			h.pendLarge(b.page, b.state)
		case !b.large && in.at.Op.Load() == layout.LaneOp(layout.LaneDrop, in.seq): // model: G5
			h.giveBackSettled(b)
		}
	}
	in.at.Op.CompareAndSwap(layout.LaneOp(layout.LaneDrop, in.seq), layout.LaneOp(layout.LaneIdle, in.seq))
}

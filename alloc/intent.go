package alloc

import (
	"sync/atomic"

	"usarena/internal/layout"
)

// Arguments of a lane. Those of the operation stay as they are until it is over:
// what is to be dropped has one of its own.
const (
	argCell = 0 // offset of the cell
	argNew  = 1 // block that is made for it
	argOld  = 2 // block that it held
	argDrop = 3 // block that is being freed
)

// intent is an operation on a cell in a lane of this user, or of the dead user
// that is being recovered.
type intent struct {
	at   *layout.Lane
	id   int
	what uint8
	seq  uint64
}

// intend takes a lane for an operation on a cell. It is armed when the block is
// known (note, arm).
func (h *Heap) intend(what uint8, cell uint64, w *atomic.Uint64) intent {
	in := intent{id: h.lanes.Any(), what: what}
	begun := false
	defer func() {
		if !begun { // the arena faults
			h.lanes.Put(in.id)
		}
	}()
	in.at = h.r.Lane(in.id)
	in.at.Args[argCell].Store(cell)
	in.seq = layout.NextSeq(layout.SeqOf(in.at.Op.Load()))
	if v := layout.CellWord(w.Load()); v.Lane() == in.id && v.Seq() == layout.CellSeq(in.seq) {
		in.seq = layout.NextSeq(in.seq) // a tag that came round would look like ours
	}
	begun = true
	return in
}

// note names the block that is about to be allocated: from now on it is ours to
// publish or to free. large is 0 or layout.LaneLarge. Nothing but two stores, for
// pinned code. A nil intent is none.
func (in *intent) note(off, large uint64) {
	if in == nil {
		return
	}
	in.at.Args[argNew].Store(off | large)
	in.arm()
}

func (in *intent) arm() { in.at.Op.Store(layout.LaneOp(in.what, in.seq)) } // model: M1

// idle ends the operation.
func (in *intent) idle() { in.at.Op.Store(layout.LaneOp(layout.LaneIdle, in.seq)) } // model: M6 F4

// exchange puts a block into the cell in the place of old, with the tag of the
// operation. False: the cell holds something else.
func (h *Heap) exchange(in *intent, w *atomic.Uint64, old, fresh uint64) bool {
	for {
		v := layout.CellWord(w.Load()) // model: M3
		if v.Offset() != old {
			return false
		}
		if h.passed(in, w, v) && w.CompareAndSwap(uint64(v), uint64(v.WithOffset(fresh).Tagged(in.id, in.seq))) { // model: M5, commit
			return true
		}
	}
}

// passed notes, in the lane whose tag is about to be overwritten, that its
// operation happened, if it is still in progress. False: the cell has changed.
func (h *Heap) passed(in *intent, w *atomic.Uint64, v layout.CellWord) bool {
	if v.Seq() == 0 || v.Lane() >= h.r.Lanes() {
		return true // no operation yet, or what stood here before it was a cell
	}
	at := h.r.Lane(v.Lane())
	o := at.Op.Load() // model: E1
	seq := layout.SeqOf(o)
	switch layout.OpOf(o) {
	case layout.LaneMalloc, layout.LaneRealloc, layout.LaneFree:
	default:
		return true
	}
	if layout.CellSeq(seq) != v.Seq() || at.Args[argCell].Load() != in.at.Args[argCell].Load() { // model: E2
		return true
	}
	if layout.CellWord(w.Load()) != v { // model: E3
		return false
	}
	for {
		s := at.Passed.Load()
		if s >= seq || at.Passed.CompareAndSwap(s, seq) { // model: E4
			return true
		}
	}
}

// drop frees a block of which only this operation knows, and ends the operation.
// Freed, the block may be issued again before the lane is idle. So its bit in K
// is set first: whoever collects a block with that bit ends the drop in the lane
// before it can be issued again (settleDrops), and whoever recovers the lane
// frees only what has not been returned.
func (h *Heap) drop(in *intent, off uint64) {
	b, err := h.find("drop", off)
	if err != nil { // freed by somebody else, against the rules
		in.idle()
		return
	}
	h.options.beforeFree(h, off, b.size)
	if b.large {
		in.at.Args[argDrop].Store(off | layout.LaneLarge)
		h.dropLarge(in, b)
		return
	}
	in.at.Args[argDrop].Store(off)
	orBits(&b.word.K, b.bit)                               // model: F1
	in.at.Op.Store(layout.LaneOp(layout.LaneDrop, in.seq)) // model: F2
	h.giveBackSettled(b)                                   // model: F3
	in.idle()
}

// dropLarge marks the block by this user's name and the flag of the dead, which
// no block of a living user has otherwise.
func (h *Heap) dropLarge(in *intent, b block) {
	marked := layout.LargeRun(b.state.Len(), h.slot, h.gen) | layout.Orphaned
	if h.changeLarge(b.page, b.state, func(layout.State) layout.State { return marked }) { // model: F1
		in.at.Op.Store(layout.LaneOp(layout.LaneDrop, in.seq))
		h.pendLarge(b.page, marked) // model: F3
	}
	in.idle()
}

// pendLarge frees the large block whose word is s.
func (h *Heap) pendLarge(page uint64, s layout.State) {
	if h.cas(page, s, layout.PendingRun(s.Len())) {
		h.freed(page, s.Len())
	}
}

// settleDrops ends the drops of the blocks in t, of word w of the span at page,
// that have been returned: they are about to be issued again. Pinned code may
// come here, so it only loads, compares and swaps.
func (h *Heap) settleDrops(page uint64, c, w int, t uint64) {
	base := h.r.OffsetOf(page)
	for id, n := 0, h.r.Lanes(); id < n; id++ {
		at := h.r.Lane(id)
		o := at.Op.Load()
		if layout.OpOf(o) != layout.LaneDrop {
			continue
		}
		in := at.Args[argDrop].Load() - base
		k := &classes[c&127]
		if i := in * uint64(k.magic) >> layout.MagicShift; in < layout.MaxSpanPages<<layout.PageShift && i>>6 == uint64(w) && t>>(i&63)&1 != 0 && i*k.size == in {
			at.Op.CompareAndSwap(o, layout.LaneOp(layout.LaneIdle, layout.SeqOf(o))) // model: F6
		}
	}
}

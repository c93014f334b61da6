package repair_test

import (
	"testing"

	"usarena/arena/arenatest"
	"usarena/info"
	"usarena/internal/layout"
)

// TestHalfDoneOnSema leaves a P of another user half done, before and after it
// took the unit: all units are there afterwards.
func TestHalfDoneOnSema(t *testing.T) {
	x := newObjects(t)
	const slot, seq = 3, 70
	lane := (slot - 1) * int(x.g.Lanes)
	off := x.g.LanesOff + uint64(lane)*layout.LaneSize
	gen := uint64(layout.ObjectHead(x.at(x.b, x.undo)).Gen())
	was := layout.SemaWord(x.at(x.b, x.undo+8)) // user 1 has 2 of 5
	for name, word := range map[string]layout.SemaWord{
		"before": was,
		"after":  was.WithValue(was.Value()-1).Tagged(lane, seq),
	} {
		file, r := x.repaired(t, func(put func(off, v uint64)) {
			put(x.undo+8, uint64(word))
			put(off, layout.LaneOp(layout.LaneP, seq))
			put(off+8, x.undo)
			put(off+16, gen)
			put(off+24, 0)
		})
		b, err := arenatest.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if n := layout.SemaWord(x.at(b, x.undo+8)).Value(); n != 5 || !r.Saved() {
			t.Errorf("%s: %d units of 5, %+v", name, n, r.Lost)
		}
		if op := x.at(b, off); op != layout.LaneOp(layout.LaneIdle, seq) {
			t.Errorf("%s: lane %#x", name, op)
		}
	}
}

// TestHalfDoneDrop leaves a block that was being freed by an operation on a cell:
// it stays, and is an orphan.
func TestHalfDoneDrop(t *testing.T) {
	s := samples(t, 9)[1]
	var block info.Block
	for _, x := range s.blocks {
		if x.Kind == "small" && x.Slot != 0 && !x.Orphan {
			block = x
		}
	}
	page := (block.Offset - s.g.DataOff) >> layout.PageShift
	state := func(p uint64) layout.State { return layout.State(word(s.b, s.g.StatesOff+p*layout.StateSize)) }
	for state(page).Kind() != layout.Span {
		page--
	}
	n := (block.Offset - s.g.DataOff - page<<layout.PageShift) / block.Size
	b := append([]byte(nil), s.b...)
	put(b, s.g.BitsOff+page*layout.BitsSize+layout.BitsK+n/64*8, 1<<(n%64))
	lane := s.g.LanesOff + uint64(block.Slot-1)*s.g.Lanes*layout.LaneSize
	put(b, lane, layout.LaneOp(layout.LaneDrop, 5))
	put(b, lane+8+3*8, block.Offset)
	put(b, 0x218, 1)
	m := newMemory(t, nil, s.g.FileSize(s.g.MaxPages))
	s.tryOne(t, m, b)
	for _, y := range blocksIn(t, m, s.g) {
		if y.Offset == block.Offset {
			if !y.Orphan {
				t.Errorf("%+v is no orphan", y)
			}
			return
		}
	}
	t.Errorf("%+v is gone", block)
}

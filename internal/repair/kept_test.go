package repair_test

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"usarena/info"
	"usarena/internal/layout"
	"usarena/internal/repair"
)

// TestNothingIsFree spoils the word of every run that holds blocks, one at a
// time: no page with data may be free afterwards, whatever the word was.
func TestNothingIsFree(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	runs, crossing := 0, 0
	for i, s := range samples(t, seed) {
		m := newMemory(t, nil, s.g.FileSize(s.g.MaxPages))
		for page, n := range s.runs() {
			if runs++; page>>s.g.RegionShift != (page+n-1)>>s.g.RegionShift {
				crossing++
			} else if r.IntN(4) > 0 && i > 0 { // some of them, where there are many
				continue
			}
			for _, word := range []uint64{0, ^uint64(0), r.Uint64(), r.Uint64()<<3 | uint64(layout.Back)} {
				b := slices.Clone(s.b)
				binary.LittleEndian.PutUint64(b[s.g.StatesOff+page*layout.StateSize:], word)
				m.reset(b)
				rep, err := repair.Run(m, "sample")
				if err != nil {
					t.Fatal(err)
				}
				if c := info.CheckImage(m.bytes()); !c.Clean {
					t.Fatalf("not sound: %+v", c.Findings[0])
				}
				s.wantHeld(t, m, page, n)
				if t.Failed() {
					t.Fatalf("sample %d of seed %d, word %#x of page %d, a run of %d pages: salvaged %+v", i, seed, word, page, n, rep.Salvaged)
				}
			}
		}
	}
	t.Logf("%d runs, %d of them in several regions", runs, crossing)
	if crossing == 0 {
		t.Error("no block lies in several regions: too easy")
	}
}

// runs are the first page and the pages of the runs that hold blocks of users.
func (s *sample) runs() map[uint64]uint64 {
	runs := map[uint64]uint64{}
	for _, x := range s.blocks {
		page := (x.Offset - s.g.DataOff) >> layout.PageShift
		if x.Kind == "large" {
			runs[page] = x.Size >> layout.PageShift
			continue
		}
		for layout.State(binary.LittleEndian.Uint64(s.b[s.g.StatesOff+page*layout.StateSize:])).Kind() != layout.Span {
			page--
		}
		runs[page] = uint64(layout.ClassTable[x.Class].Pages)
	}
	return runs
}

// wantHeld wants every page of a run that holds data to be in a span or a block.
func (s *sample) wantHeld(t *testing.T, m *memory, page, n uint64) {
	t.Helper()
	held := map[uint64]bool{}
	for _, x := range blocksIn(t, m, s.g) {
		for p := (x.Offset - s.g.DataOff) >> layout.PageShift; p<<layout.PageShift+s.g.DataOff < x.Offset+x.Size; p++ {
			held[p] = true
		}
	}
	live := map[uint64]bool{}
	for _, x := range s.blocks {
		for p := (x.Offset - s.g.DataOff) >> layout.PageShift; p<<layout.PageShift+s.g.DataOff < x.Offset+x.Size; p++ {
			live[p] = true
		}
	}
	for p := page; p < page+n; p++ {
		if live[p] && !held[p] {
			t.Errorf("page %d held a block, and is free", p)
		}
	}
}

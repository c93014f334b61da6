package repair_test

import (
	"testing"

	"usarena/info"
	"usarena/internal/layout"
)

// fixed are the samples of the planned damages.
var fixed []*sample

// planned makes one damage in each sample and wants every block that it did not
// touch, and no loss where all can be saved.
func planned(t *testing.T, saved bool, damage func(s *sample, b []byte) bool) {
	t.Helper()
	if fixed == nil {
		fixed = samples(t, 11)
	}
	done := 0
	for i, s := range fixed {
		b := append([]byte(nil), s.b...)
		if !damage(s, b) {
			continue
		}
		done++
		if i == 0 && info.CheckImage(b).Clean && saved {
			t.Log("the checker does not see this damage")
		}
		ok, all := s.tryOne(t, newMemory(t, nil, s.g.FileSize(s.g.MaxPages)), b)
		if !ok || saved && !all {
			t.Errorf("sample %d: repaired %v, saved %v", i, ok, all)
		}
	}
	if done == 0 {
		t.Error("no sample has what is to be damaged")
	}
}

func (s *sample) state(page uint64) layout.State {
	return layout.State(word(s.b, s.g.StatesOff+page*layout.StateSize))
}

// TestCommitted damages the number of pages that exist. Nothing but that word is
// lost with it.
func TestCommitted(t *testing.T) {
	for name, n := range map[string]func(was, most uint64) uint64{
		"none":      func(_, _ uint64) uint64 { return 0 },
		"one":       func(_, _ uint64) uint64 { return 1 },
		"half":      func(was, _ uint64) uint64 { return was / 2 },
		"too many":  func(_, most uint64) uint64 { return most + 1 },
		"all ones":  func(_, _ uint64) uint64 { return ^uint64(0) },
		"one short": func(was, _ uint64) uint64 { return was - 1 },
	} {
		t.Run(name, func(t *testing.T) {
			planned(t, true, func(s *sample, b []byte) bool {
				put(b, layout.ConstSize, n(word(b, layout.ConstSize), s.g.MaxPages))
				return true
			})
		})
	}
}

// TestCommittedCuts lets the pages that exist end within the last block, which is not
// cut as long as the file has its pages.
func TestCommittedCuts(t *testing.T) {
	planned(t, true, func(s *sample, b []byte) bool {
		last := s.blocks[0]
		for _, x := range s.blocks {
			if x.Offset > last.Offset {
				last = x
			}
		}
		page, pages := (last.Offset-s.g.DataOff)>>layout.PageShift, last.Size>>layout.PageShift
		if pages < 2 {
			return false
		}
		put(b, layout.ConstSize, page+pages/2)
		return true
	})
}

// TestCommittedGoneAndCut takes away the number of pages that exist, and what the file has
// from within a span on. Blocks in what is left of that span are saved.
func TestCommittedGoneAndCut(t *testing.T) {
	const most = 7 // spans of a sample
	done := 0
	for _, s := range samples(t, 12) {
		tried := 0
		for page := uint64(1); page < s.g.MaxPages && tried < most; page++ {
			w := s.state(page)
			if w.Kind() != layout.Span || layout.ClassTable[w.Class()].Pages < 4 {
				continue
			}
			cut := s.g.DataOff + (page+3)<<layout.PageShift - 1000
			if cut > uint64(len(s.b)) {
				break
			}
			b := append([]byte(nil), s.b[:cut]...)
			put(b, layout.ConstSize, 0)
			s.tryOne(t, newMemory(t, nil, s.g.FileSize(s.g.MaxPages)), b)
			if t.Failed() {
				t.Fatalf("cut at %#x in the span at page %d, which is %v and begins at %#x", cut, page, w, s.g.DataOff+page<<layout.PageShift)
			}
			tried++
		}
		done += tried
	}
	if done < 5 {
		t.Errorf("only %d spans of four pages were cut", done)
	}
}

// TestOverlap lets a span claim the page after it, where another one begins: the
// one whose pages lead to it wins.
func TestOverlap(t *testing.T) {
	two := 0
	for layout.ClassTable[two].Pages != 2 {
		two++
	}
	planned(t, false, func(s *sample, b []byte) bool {
		for p := uint64(0); p+2 < s.g.RegionPages(); p++ {
			w, next := s.state(p), s.state(p+1)
			if w.Kind() != layout.Span || next.Kind() != layout.Span || layout.ClassTable[w.Class()].Pages != 1 {
				continue
			}
			w = w&^layout.FreeRun(127) | layout.State(layout.Span) | layout.State(two)<<6
			put(b, s.g.StatesOff+p*layout.StateSize, uint64(w))
			return true
		}
		return false
	})
}

// TestLength lets every block and free run in turn claim more than it has.
func TestLength(t *testing.T) {
	for _, kind := range []layout.Kind{layout.Large, layout.Free, layout.Pending} {
		planned(t, false, func(s *sample, b []byte) bool {
			for p := uint64(0); p+20 < s.g.RegionPages(); p++ {
				w := s.state(p)
				if w.Kind() != kind || w.IsObjects() || w.Len() > 20 || s.state(p+w.Len()).Kind() != layout.Span {
					continue
				}
				put(b, s.g.StatesOff+p*layout.StateSize, uint64(w)+uint64(layout.FreeRun(9)-layout.FreeRun(0)))
				return true
			}
			return false
		})
	}
}

// TestBits sets bits that contradict each other or the class.
func TestBits(t *testing.T) {
	for name, d := range map[string]struct {
		at    uint64
		set   func(a, r uint64) uint64
		saved bool
	}{
		"kept and free":     {layout.BitsK, func(a, r uint64) uint64 { return ^(a | r) & 0xf }, true},
		"returned and free": {layout.BitsR, func(a, r uint64) uint64 { return r | ^a&0xf }, true},
		"beyond":            {0x60, func(a, r uint64) uint64 { return 1 << 63 }, false},
		"reserved":          {0x38, func(a, r uint64) uint64 { return 1 }, true},
	} {
		t.Run(name, func(t *testing.T) {
			planned(t, d.saved, func(s *sample, b []byte) bool {
				for p := range s.g.RegionPages() {
					at := s.g.BitsOff + p*layout.BitsSize
					if a, r := word(b, at), word(b, at+layout.BitsR); s.state(p).Kind() == layout.Span && a != 0 && a&0xf != 0xf && a&^r != 0 {
						put(b, at+d.at, d.set(a, r))
						return true
					}
				}
				return false
			})
		})
	}
}

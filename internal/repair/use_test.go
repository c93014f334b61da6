package repair_test

import (
	"errors"
	"os"
	"testing"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/info"
	"usarena/internal/layout"
)

// use joins a repaired arena, frees all blocks in it, and then allocates all
// pages there can be: none is lost.
func (s *sample) use(t *testing.T, m *memory) {
	t.Helper()
	name := arenatest.Name(t)
	if err := arenatest.WriteFile(name, m.bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	defer os.Remove(arenatest.Path(name))
	a, err := arena.Join(name)
	if err != nil {
		t.Errorf("join: %v", err)
		return
	}
	defer a.Close()
	want := s.g.MaxPages
	if a.Config().NoAutoGrow {
		want = (m.size - s.g.DataOff) >> layout.PageShift
		if a.Config().NoReserve { // its file is longer; flags that nothing proves may have come together so
			want = layout.HeaderOf(m.bytes()).Committed.Load()
		}
	}
	want -= s.objectPages(m)
	for off := range a.Blocks() {
		if err := a.Free(off); err != nil {
			t.Errorf("free of the block at %#x: %v", off, err)
		}
	}
	n := uint64(0)
	for ; ; n++ {
		p, err := a.Malloc(layout.PageSize)
		if err != nil {
			if !errors.Is(err, arena.ErrNoSpace) {
				t.Errorf("malloc: %v", err)
			}
			break
		}
		a.Bytes(p, layout.PageSize)[n%layout.PageSize] = 1
	}
	if n != want {
		t.Errorf("%d pages could be allocated, there are %d", n, want)
	}
	if r := a.Check(); !r.Clean {
		t.Errorf("after use: %+v", r.Findings[0])
	}
}

// objectPages counts the pages with objects.
func (s *sample) objectPages(m *memory) (n uint64) {
	words := m.bytes()[s.g.StatesOff:s.g.BitsOff]
	for p := uint64(0); p < s.g.MaxPages; p++ {
		var w layout.State
		for i := range 8 {
			w |= layout.State(words[p*8+uint64(i)]) << (i * 8)
		}
		if w.IsObjects() {
			n += w.Len()
		}
	}
	return n
}

// TestSampleIsUsable proves that the samples themselves can be used so.
func TestSampleIsUsable(t *testing.T) {
	for _, s := range samples(t, 5) {
		m := newMemory(t, s.b, s.g.FileSize(s.g.MaxPages))
		if r := info.CheckImage(m.bytes()); !r.Clean {
			t.Fatal(r)
		}
		s.use(t, m)
	}
}

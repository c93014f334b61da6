package arena

import (
	"path/filepath"
	"testing"

	"usarena/config"
	"usarena/internal/layout"
)

// TestAllOfAGrownArena: a request for all that an arena may have makes it grow,
// and then still makes free pages of a span whose last free was killed before it
// did.
func TestAllOfAGrownArena(t *testing.T) {
	name := filepath.Join(t.TempDir(), "arena")
	a, err := Create(name, &config.Config{MaxSize: 16 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	x, err := Join(name)
	if err != nil {
		t.Fatal(err)
	}
	p, err := x.Malloc(64)
	if err != nil {
		t.Fatal(err)
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	page, _ := a.region.Page(p)
	if s := a.region.Load(page); s.Kind() != layout.Span || p != a.region.OffsetOf(page) {
		t.Fatalf("the block at %#x does not begin a span: %v", p, s)
	}
	a.region.Bits(page)[0].R |= 1 // all that the killed one did of Free
	most := a.region.Geo.MaxPages << layout.PageShift
	if q, err := a.Malloc(most); err != nil {
		t.Errorf("%d bytes of an empty arena: %v", most, err)
	} else if err := a.Free(q); err != nil {
		t.Error(err)
	}
	if r := a.Check(); !r.Clean {
		t.Errorf("%+v", r.Findings)
	}
}

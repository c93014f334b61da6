package layout

import (
	"errors"
	"testing"

	"pgregory.net/rapid"
)

func TestPlan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		users := rapid.OneOf(rapid.Uint64Range(1, 64), rapid.Uint64Range(1, MaxUsers)).Draw(t, "users")
		shift := rapid.IntRange(12, 38).Draw(t, "shift")
		size := min(uint64(1)<<shift+rapid.Uint64Range(0, 1<<shift).Draw(t, "more"), MaxArena)
		g, err := Plan(size, users)
		if err != nil {
			if !errors.Is(err, ErrTooSmall) || g.MaxPages > 0 {
				t.Fatalf("%d bytes: %v", size, err)
			}
			return
		}
		holds(t, &g, size)
		n := rapid.Uint64Range(0, g.MaxPages).Draw(t, "n")
		bytes := g.MetaBytes(n) + n<<PageShift
		if got := g.PagesFor(bytes); got != n {
			t.Fatalf("%d pages take %d bytes, those hold %d", n, bytes, got)
		}
		m := rapid.Uint64Range(n, g.MaxPages).Draw(t, "m")
		pieces(t, &g, n, m)
	})
}

// holds proves that the zones follow each other, are large enough and aligned,
// and that what is promised for size fits in it.
func holds(t *rapid.T, g *Geometry, size uint64) {
	zones := []struct {
		name              string
		off, size, end, a uint64
	}{
		{"header", 0, HeaderSize, g.UsersOff, 8},
		{"users", g.UsersOff, g.Users * UserSize, g.LedgersOff, LineSize},
		{"ledgers", g.LedgersOff, g.Users * LedgerSize, g.LanesOff, LineSize},
		{"lanes", g.LanesOff, g.Users * g.Lanes * LaneSize, g.HeapsOff, LineSize},
		{"heaps", g.HeapsOff, g.Users * g.HeapLines * HeapLineSize, g.RegionsOff, LineSize},
		{"regions", g.RegionsOff, g.Regions * RegionSize, g.StatesOff, LineSize},
		{"states", g.StatesOff, g.MaxPages * StateSize, g.BitsOff, LineSize},
		{"bits", g.BitsOff, g.MaxPages * BitsSize, g.GuardOff, BitsSize},
		{"guard", g.GuardOff, PageSize, g.DataOff, PageSize},
	}
	for _, z := range zones {
		if z.off+z.size > z.end || z.off%z.a != 0 {
			t.Fatalf("%d bytes, %d users: %s %#x+%#x, next zone %#x", size, g.Users, z.name, z.off, z.size, z.end)
		}
	}
	if !g.Packed() && (g.StatesOff|g.BitsOff|g.RegionsOff)%PageSize != 0 {
		t.Fatalf("%d pages, but zones share pages: %+v", g.MaxPages, g)
	}
	if g.Regions<<g.RegionShift < g.MaxPages || (g.Regions-1)<<g.RegionShift >= g.MaxPages {
		t.Fatalf("%d regions of %d pages for %d", g.Regions, g.RegionPages(), g.MaxPages)
	}
	if p := g.RegionPages(); p < MinRegionPages || p > MaxRegionPages {
		t.Fatalf("%d pages a region", p)
	}
	if g.MetaBytes(g.MaxPages)+g.MaxPages<<PageShift > size {
		t.Fatalf("%d pages do not fit in %d bytes", g.MaxPages, size)
	}
}

// pieces proves that growth from n to m asks for whole pages that cover every
// byte of what describes and holds the new data, and not the guard.
func pieces(t *rapid.T, g *Geometry, n, m uint64) {
	ps := g.Pieces(n, m)
	covered := func(off, size uint64) bool {
		for _, p := range ps {
			if p.Off <= off && off+size <= p.Off+p.Len {
				return true
			}
		}
		return size == 0
	}
	for _, p := range ps {
		if p.Off%PageSize != 0 || p.Len%PageSize != 0 || p.Len == 0 {
			t.Fatalf("piece %+v", p)
		}
		if p.Off < g.DataOff && p.Off+p.Len > g.GuardOff {
			t.Fatalf("piece %+v reaches the guard at %#x", p, g.GuardOff)
		}
	}
	rp := g.RegionPages()
	first, last := n/rp, (m+rp-1)/rp
	if m == n {
		first, last = 0, 0
	}
	switch {
	case n == 0 && !covered(0, g.HeapsOff):
		t.Fatalf("fixed tables are not in %+v", ps)
	case !covered(g.RegionsOff+first*RegionSize, (last-first)*RegionSize):
		t.Fatalf("regions %d to %d are not in %+v", first, last, ps)
	case !covered(g.StatesOff+n*StateSize, (m-n)*StateSize):
		t.Fatalf("states of %d to %d are not in %+v", n, m, ps)
	case !covered(g.BitsOff+n*BitsSize, (m-n)*BitsSize):
		t.Fatalf("bits of %d to %d are not in %+v", n, m, ps)
	case !covered(g.DataOff+n<<PageShift, (m-n)<<PageShift):
		t.Fatalf("data of %d to %d is not in %+v", n, m, ps)
	}
}

func TestPlanTooSmall(t *testing.T) {
	for _, users := range []uint64{1, 8, 100, MaxUsers} {
		least := place(1, users)
		size := least.MetaBytes(1) + PageSize
		if _, err := Plan(size-1, users); !errors.Is(err, ErrTooSmall) {
			t.Errorf("%d users, %d bytes: %v", users, size-1, err)
		}
		g, err := Plan(size, users)
		if err != nil || g.MaxPages < 1 {
			t.Errorf("%d users, %d bytes: %d pages, %v", users, size, g.MaxPages, err)
		}
	}
}

package alloc

import "usarena/internal/layout"

// An arena of at most fewPages has no room for a span of every class. There a
// request goes to a disowned span of a somewhat larger class before it gets new
// pages, and new pages become spans of few, coarse classes. With 8 processes and
// sizes spread evenly over 16 to 1024 bytes, 64 KiB hold 33 to 45 KiB of blocks
// that way before the first refusal, against 15 to 35 with a span a class.
const (
	fewPages  = 64
	fewMore   = 240 // bytes that a block may be larger than the class asked for
	fewExact  = 128 // up to here, a class whose coarse one has a span gets its own
	fewCoarse = 1024
)

var coarse = [...]uint64{128, 256, 512, 640, 768, fewCoarse}

// substitutes gives the classes whose disowned spans serve a request of class c
// before new pages are taken: c up to last.
func (h *Heap) substitutes(c int) (last int) {
	if h.r.Geo.MaxPages > fewPages {
		return c
	}
	most := layout.ClassTable[c].Size + fewMore
	for last = c; last+1 < layout.Classes && layout.ClassTable[last+1].Size <= most; last++ {
	}
	return last
}

// opens is the class of which new pages become a span for a request of class c.
func (h *Heap) opens(c int, align uint64) int {
	size := uint64(layout.ClassTable[c].Size)
	if h.r.Geo.MaxPages > fewPages || size > fewCoarse {
		return c
	}
	for _, s := range coarse {
		if s < size || s&(align-1) != 0 {
			continue
		}
		k := layout.ClassOf(s)
		if size <= fewExact && h.anySpan(k) {
			return c
		}
		return k
	}
	return c
}

// anySpan reports whether the arena has a span of class k.
func (h *Heap) anySpan(k int) bool {
	for p, n := uint64(0), h.refresh(); p < n; p++ {
		if s := h.r.Load(p); s.Kind() == layout.Span && s.Class() == k {
			return true
		}
	}
	return false
}

package alloc

import "usarena/internal/layout"

// substitutes are the classes whose disowned spans serve a request of class c
// before new pages are taken: its own, and where pages are few the larger ones
// that waste at most half.
func (h *Heap) substitutes(c int) []int {
	s := []int{c}
	if h.r.Geo.MaxPages > fewPages {
		return s
	}
	for k := c + 1; k < layout.Classes && layout.ClassTable[k].Size <= 2*layout.ClassTable[c].Size; k++ {
		s = append(s, k)
	}
	return s
}

// fewPages is the size of an arena, in pages, up to which a span of its own for
// every class would be too many.
const fewPages = 64

package alloc

import (
	"math/bits"
	"sync/atomic"

	"usarena/internal/layout"
)

// noticed are the pages of disowned spans in which this process has lately seen
// room, mostly since it freed a block there. A scan would find them too, past all
// that have none: the fuller the arena, the longer. They are looked at again before
// use, and losing one loses nothing.
type noticed struct {
	at   atomic.Uint32
	full atomic.Uint64     // a bit for each place of the ring that is taken
	ring [64]atomic.Uint32 // page and 1
}

func (n *noticed) add(page uint64) {
	i := n.at.Add(1) % uint32(len(n.ring))
	n.ring[i].Store(uint32(page) + 1) // there are at most 1<<28
	n.full.Or(1 << i)
}

// take is the one added last, if there is any.
func (n *noticed) take() (page uint64, ok bool) {
	for full := n.full.Load(); full != 0; full = n.full.Load() {
		at := n.at.Load()
		i := (at - uint32(bits.LeadingZeros64(bits.RotateLeft64(full, 63-int(at%64))))) % uint32(len(n.ring))
		n.full.And(^(uint64(1) << i))
		if p := n.ring[i].Swap(0); p != 0 {
			return uint64(p) - 1, true
		}
	}
	return 0, false
}

// adoptNoticed adopts a disowned span of class c with room that was noticed.
func (h *Heap) adoptNoticed(c int, limit uint64) (uint64, layout.State) {
	n := &h.noticed[c]
	for range n.ring {
		p, ok := n.take()
		if !ok {
			break
		}
		if p >= limit {
			continue
		}
		if s := h.r.Load(p); s.Kind() == layout.Span && s&layout.Owned == 0 && s.Class() == c && s&layout.Room != 0 {
			if a := h.adopt(p, s); a != 0 {
				return p, a
			}
		}
	}
	return 0, 0
}

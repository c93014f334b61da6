package alloc

import (
	"usarena/internal/fault"
	"usarena/internal/layout"
)

// Mallinfo is what IRIX's mallinfo tells, counted by walking.
type Mallinfo struct {
	Arena    int // bytes of data committed
	Ordblks  int // large blocks and free runs
	Smblks   int // small blocks, live and free
	Hblkhd   int // always 0
	Hblks    int // always 0
	Usmblks  int // bytes in live small blocks
	Fsmblks  int // bytes in free small blocks
	Uordblks int // bytes in large blocks
	Fordblks int // bytes in free runs
	Keepcost int // always 0
}

// Mallinfo counts. While others allocate it is a picture that no single moment
// need have had. Runs of locks and other objects are no blocks and never become
// free: they count in Arena alone. IRIX: usmallinfo.
func (h *Heap) Mallinfo() (m Mallinfo) {
	if h.begin("mallinfo") != nil {
		return m
	}
	var err error
	defer func() {
		if err != nil {
			m = Mallinfo{}
		}
	}()
	defer h.end("mallinfo", &err, fault.Arm())
	n := h.refresh()
	m.Arena = int(n << layout.PageShift)
	for i := uint64(0); i < h.regions(); i++ {
		from, end, usable := h.bounds(i)
		for p := from; p < usable; {
			s := h.r.Load(p)
			next, free, ok := h.step(p, from, end, s)
			if !ok || next <= p {
				break
			}
			bytes := int((min(next, usable) - p) << layout.PageShift)
			head := s // says what a run is, also where a part of it begins a region
			if s.Kind() == layout.Cont && !free {
				head = h.r.Load(p - s.Distance())
			}
			switch {
			case head.IsObjects():
			case free || head.Kind() == layout.Pending:
				m.Ordblks++
				m.Fordblks += bytes
			case s.Kind() == layout.Span:
				h.countSpan(&m, p, s.Class())
			default:
				m.Ordblks++
				m.Uordblks += bytes
			}
			p = next
		}
	}
	return m
}

func (h *Heap) countSpan(m *Mallinfo, p uint64, c int) {
	b := h.bitsAt(p)
	t := layout.ClassTable[c]
	live := 0
	for w := 0; w < words(c); w++ {
		live += int(onesCount(liveBits(b, c, w)))
	}
	m.Smblks += int(t.Blocks)
	m.Usmblks += live * int(t.Size)
	m.Fsmblks += (int(t.Blocks) - live) * int(t.Size)
}

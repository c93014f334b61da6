package robust

import (
	"sync/atomic"
	"unsafe"

	"usarena/internal/layout"
	"usarena/internal/region"
)

// Record is one object where it lies. The zero Record is none.
type Record struct {
	*layout.Object
	Off  layout.Offset
	Size uint64 // bytes, as the run says
}

// Kind and Gen are what its head says now.
func (r Record) Kind() layout.ObjectKind { return layout.ObjectHead(r.Head.Load()).Kind() }

// Gauge is what is counted of it, nil if it has none.
func (r Record) Gauge() *layout.Gauge {
	if r.Size < layout.ObjectGauge+layout.GaugeSize {
		return nil
	}
	return (*layout.Gauge)(r.at(layout.ObjectGauge))
}

// Slot is the word that a semaphore with undo or a pollable one has for a slot,
// nil if the record ends before it.
func (r Record) Slot(slot int) *atomic.Uint64 {
	return r.word(layout.ObjectSlots + uint64(slot-1)*8)
}

// Bits is word i of the bits of slots; slot s is bit s%64 of word s/64. Nil if
// the record ends before it.
func (r Record) Bits(i int) *atomic.Uint64 { return r.word(layout.ObjectBits + uint64(i)*8) }

// Entry is entry i of a ring of history; Entries is how many it has.
func (r Record) Entry(i uint64) *layout.Entry {
	return (*layout.Entry)(r.at(layout.ObjectRing + i*layout.EntrySize))
}

// Entries is how many entries a ring of history has.
func (r Record) Entries() uint64 {
	return min(uint64(r.Broken.Load()), (r.Size-layout.ObjectRing)/layout.EntrySize)
}

func (r Record) word(off uint64) *atomic.Uint64 {
	if off >= r.Size {
		return nil
	}
	return (*atomic.Uint64)(r.at(off))
}

// at is inside the record: callers have compared with Size.
func (r Record) at(off uint64) unsafe.Pointer { return unsafe.Add(unsafe.Pointer(r.Object), off) }

// clear zeroes all of a record but its head.
func (r Record) clear() {
	for off := uint64(8); off < r.Size; off += 8 {
		if w := (*atomic.Uint64)(r.at(off)); w.Load() != 0 {
			w.Store(0)
		}
	}
}

// recordAt is the record at off in a run of objects, live or not; the zero
// Record if there is none.
func recordAt(g *region.Region, off layout.Offset) Record {
	page, ok := g.Page(off)
	if !ok {
		return Record{}
	}
	size, ok := runSize(g, page)
	if !ok { // a large record begins at its run's first page, so nothing else needs a look back
		return Record{}
	}
	in := off - g.OffsetOf(page)
	if in%size != 0 {
		return Record{}
	}
	p := g.Pointer(off, size)
	if p == nil {
		return Record{}
	}
	return Record{(*layout.Object)(p), off, size}
}

// runSize is the size of the records in the run of objects that begins at page.
func runSize(g *region.Region, page uint64) (uint64, bool) {
	s := g.Load(page)
	if !s.IsObjects() {
		return 0, false
	}
	size, ok := layout.ObjectBytes(s.Gen())
	return size, ok && s.Len() == layout.ObjectPages(size)
}

// ledger is slot's ledger, in the front part, which is mapped whole.
func ledger(g *region.Region, slot int) *layout.Ledger {
	return (*layout.Ledger)(front(g, g.Geo.LedgersOff+uint64(slot-1)*layout.LedgerSize))
}

func front(g *region.Region, off uint64) unsafe.Pointer {
	return unsafe.Add(unsafe.Pointer(g.Header()), off)
}

// AbandonMoved abandons the locks of a slot in a page of objects that is mapped
// at another place by now.
func AbandonMoved(g *region.Region, m region.Moved, slot int) (n int) {
	page, ok := g.Page(m.Off)
	if !ok {
		return 0
	}
	size, ok := runSize(g, page)
	for off := uint64(0); ok && off < layout.PageSize; off += size {
		o := (*layout.Object)(unsafe.Add(m.At, off))
		h := layout.ObjectHead(o.Head.Load())
		if h.State() == layout.ObjectLive && h.Kind() == layout.LockObject && h.Options()&layout.OptionKept == 0 && Abandon(&o.Lock, slot) {
			n++
		}
	}
	return n
}

// loadHint is where the chain of runs leads on from page.
func loadHint(g *region.Region, page uint64) uint64 {
	return atomic.LoadUint64(&g.Bits(page)[0].Hint)
}

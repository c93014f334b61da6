package info

import (
	"iter"

	"usarena/internal/layout"
)

// record is one record of a run of objects, and its head when the look came by.
type record struct {
	m    *image
	off  uint64 // of its first byte in the arena
	size uint64
	head layout.ObjectHead
}

// word is the word at a byte offset in the record, 0 beyond its end.
func (r record) word(at uint64) uint64 {
	if at >= r.size {
		return 0
	}
	return r.m.dataWord(r.off + at)
}

// half is the half word at a byte offset in the record.
func (r record) half(at uint64) uint32 { return uint32(r.word(at&^7) >> (at & 4 * 8)) }

// slotWord is the word that the record has for a slot.
func (r record) slotWord(slot int) uint64 { return r.word(slotAt(slot)) }

func slotAt(slot int) uint64 { return layout.ObjectSlots + uint64(slot-1)*8 }

// bitsAt is where word i of the bits of slots stands; slot s is bit s%64 of word
// s/64.
func bitsAt(i uint64) uint64 { return layout.ObjectBits + i*8 }

// slotBits lists the slots whose bits are set, of those that there are.
func (r record) slotBits() (slots []int) {
	for slot := 1; slot <= int(r.m.geo.Users); slot++ {
		if r.word(bitsAt(uint64(slot)/64))>>(slot%64)&1 != 0 {
			slots = append(slots, slot)
		}
	}
	return slots
}

// gauge says that the record has a Gauge.
func (r record) gauge() bool {
	switch r.head.Kind() {
	case layout.LockObject:
		return r.head.Options()&layout.OptionMeter != 0
	case layout.SemaObject, layout.PollSemaObject:
		return true
	}
	return false
}

// entries is how many entries a ring of history has.
func (r record) entries() uint64 { return (r.size - layout.ObjectRing) / layout.EntrySize }

// recordsOf is the size of the records of a run of objects and their number; 0
// where the run's word makes no sense.
func (r run) recordsOf() (size, n uint64) {
	size, ok := layout.ObjectBytes(r.word.Gen())
	if !ok || r.word.Len() != layout.ObjectPages(size) {
		return 0, 0
	}
	// The look may end inside the run.
	return size, min(max(1, layout.PageSize/size), r.pages<<layout.PageShift/size)
}

// records goes over the records of a run of objects.
func (m *image) records(r run) iter.Seq[record] {
	return func(yield func(record) bool) {
		size, n := r.recordsOf()
		for i := range n {
			rec := record{m: m, off: m.dataOff(r.page) + i*size, size: size}
			rec.head = layout.ObjectHead(rec.word(offHead))
			if !yield(rec) {
				return
			}
		}
	}
}

// allRecords goes over the records of all runs of objects, in the order of their
// offsets.
func (m *image) allRecords() iter.Seq[record] {
	return func(yield func(record) bool) {
		for w := newWalker(m); ; {
			r, ok := w.next()
			if !ok {
				return
			}
			if !r.objects() {
				continue
			}
			for rec := range m.records(r) {
				if !yield(rec) {
					return
				}
			}
		}
	}
}

// objects says that a run holds objects.
func (r run) objects() bool { return r.kind == layout.Large && r.word.IsObjects() }

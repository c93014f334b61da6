package alloc

import (
	"sync/atomic"
	"unsafe"

	"usarena/internal/layout"
)

// known is what this process knows of a page in a span that one of its heaps holds
// and frees into by plain stores: which heap, how far from the span's first page,
// its class, its index there. 0 is nothing. It says no more than the words of the
// arena do; but it is one word, wherever in the span the page is, and nobody
// else's.
type known uint64

const (
	knownHeap  known = 1<<11 - 1 // heap's number and 1
	knownBack        = 11        // 4 bits
	knownClass       = 15        // 7 bits
	knownIndex       = 22
)

// The fields have room for their values.
const (
	_ = uint(1<<(knownClass-knownBack) - layout.MaxSpanPages)
	_ = uint(1<<(knownIndex-knownClass) - layout.Classes)
	_ = uint(uint64(knownHeap) - layout.InHand)
)

func knownOf(heap int) known       { return known(heap) + 1 }
func (k known) back() uint64       { return uint64(k) >> knownBack & (1<<(knownClass-knownBack) - 1) }
func (k known) class() int         { return int(k >> knownClass & (1<<(knownIndex-knownClass) - 1)) }
func (k known) index() int         { return int(k >> knownIndex) }
func (k known) in(heap known) bool { return k&knownHeap == heap }

// pageTable has a word for each page that the process can see.
type pageTable struct {
	at    unsafe.Pointer
	mem   []byte // what it lies in
	pages uint64
}

func (t *pageTable) word(page uint64) *uint64 {
	return (*uint64)(unsafe.Add(t.at, page*8))
}

// look may see half of a change where it takes two loads; the half that names the
// caller's heap changes only while nobody is inside that. With word, free would be an
// instruction longer.
func (t *pageTable) look(page uint64) known {
	return known(loadA((*uint64)(unsafe.Add(t.at, page*8))))
}

// learn notes a span that a heap has taken in, at index i.
func (t *pageTable) learn(heap, c int, page uint64, i int) {
	k := knownOf(heap) | known(c)<<knownClass | known(i)<<knownIndex
	for d := range t.fitting(c, page) {
		atomic.StoreUint64(t.word(page+d), uint64(k|known(d)<<knownBack))
	}
}

// forget notes that no heap has it any more.
func (t *pageTable) forget(c int, page uint64) {
	for d := range t.fitting(c, page) {
		atomic.StoreUint64(t.word(page+d), 0)
	}
}

// fitting is how many pages a span has; none of them is beyond the table, unless
// there is damage.
func (t *pageTable) fitting(c int, page uint64) uint64 {
	return min(uint64(layout.ClassTable[c].Pages), t.pages-min(page, t.pages))
}

// open makes room for that many pages, unless there is.
func (t *pageTable) open(pages uint64) (err error) {
	if t.at == nil {
		if t.mem, err = zeroMemory(int(pages) * 8); err == nil {
			t.at, t.pages = unsafe.Pointer(unsafe.SliceData(t.mem)), pages
		}
	}
	return err
}

// close gives the room back. Nobody looks any more.
func (t *pageTable) close() {
	if t.at != nil {
		freeMemory(t.mem)
		*t = pageTable{}
	}
}

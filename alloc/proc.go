package alloc

import (
	"math/bits"
	"sync/atomic"

	"usarena/internal/layout"
)

// keepSpans is how many spans of a class one heap can hold.
const keepSpans = 64

// procHeap is the private heap of one processor (P). Only code that has
// entered it touches it, and Close and the trimmer after they shut it out.
// Nothing in it is needed by anybody else.
type procHeap struct {
	place *place
	guard              // who is inside, where processors cannot be pinned
	owner layout.State // what OwnerMask shows of a span of this heap
	id    int
	used  uint32       // entered since somebody last looked
	seen  atomic.Int64 // when it was last found used
	pages int          // pages of all spans held
	clock int          // class from which the next span is given up
	cls   [layout.Classes]classHeap
	tag   [layout.Classes]uint64 // by class: which spans have blocks of other users
}

// place is where a processor finds its heap, on a cache line of its own.
type place struct {
	heap   atomic.Pointer[procHeap]
	inside uint32 // a goroutine is, or is about to be, inside
	_      [48]byte
}

// classHeap is what a heap holds of one class.
type classHeap struct {
	avail    uint64  // blocks of the active word that are free: clear in A and in R
	aword    *uint64 // the active word of A
	base     uint64  // offset of the block of bit 0
	cur      int     // index of the active span in page and 1, or 0
	word     int     // the active word's index
	live     uint64  // indices of page in use
	room     uint64  // of those, spans that may have a free block
	borrowed int     // blocks taken from larger classes
	page     [keepSpans]uint32
}

func newProcHeap(at *place, id, slot int, gen uint16) *procHeap {
	// All else begins as zero: a new heap touches no page of memory for classes
	// that are not used.
	return &procHeap{id: id, place: at, owner: layout.OwnedSpan(0, id, slot, gen, 0) & layout.OwnerMask}
}

// refill makes the next word with a free block the active one. False: the
// heap's spans of the class are full. Runs entered.
func (h *Heap) refill(ph *procHeap, c int) bool {
	ch := &ph.cls[c]
	if ch.cur > 0 {
		if h.activate(ch, c, ch.cur-1, ch.word+1) {
			return true
		}
		ch.cur = 0
	}
	for pass := 0; pass < 2; pass++ {
		for ch.room&ch.live != 0 {
			i := bits.TrailingZeros64(ch.room&ch.live) & 63
			ch.room &^= 1 << i
			if h.activate(ch, c, i, 0) {
				return true
			}
		}
		if pass == 0 {
			h.collectAll(ph, c)
		}
	}
	return false
}

// activate looks for a free block in span i of ch from word w on.
func (h *Heap) activate(ch *classHeap, c, i, w int) bool {
	page := uint64(ch.page[i&63])
	b := h.bitsAt(page)
	for n := words(c); w < n; w++ {
		free := ^(loadBits(&b.A[w&3]) | loadBits(&b.R[w&3])) & wordMask(c, w) // model: S1
		if free != 0 {
			ch.cur, ch.word, ch.avail = i+1, w, free
			ch.aword = &b.A[w&3]
			ch.base = h.dataOff + page<<layout.PageShift + uint64(w)*64*classes[c].size
			return true
		}
	}
	return false
}

// collectAll takes back what others returned to this heap's spans of a class.
// Spans that are empty by then are given up, all but one.
func (h *Heap) collectAll(ph *procHeap, c int) {
	ch := &ph.cls[c]
	for live := ch.live; live != 0; live &= live - 1 {
		i := bits.TrailingZeros64(live) & 63
		page := uint64(ch.page[i])
		if !h.collect(page, c, ph.tag[c]>>i&1 != 0) {
			continue
		}
		if ch.room != 0 && h.empty(page, c) {
			h.letGo(ph, c, i)
			continue
		}
		ch.room |= 1 << i
	}
}

// letGo gives one span up: to the free pages if it is empty, else to whoever
// adopts it. Runs entered if it is empty, else with the heap shut out.
func (h *Heap) letGo(ph *procHeap, c, i int) {
	if g, ok := h.remove(ph, c, i); ok {
		h.disown(uint64(g.page), c, g.tagged)
	}
}

// goner is a span that a heap holds no more and that is yet to be disowned. Its
// word still names the heap, which frees into it as strangers do.
type goner struct {
	page   uint32
	class  uint8
	tagged bool
}

// goners are those of one call: a span has at most that many pages.
type goners struct {
	n    int
	list [layout.MaxSpanPages + 2]goner
}

// disownGoners ends what install began. Not entered.
func (h *Heap) disownGoners(out *goners) {
	for _, g := range out.list[:out.n] {
		h.disown(uint64(g.page), int(g.class), g.tagged)
	}
}

// remove takes one span out of the heap. Runs entered, or with the heap shut out.
func (h *Heap) remove(ph *procHeap, c, i int) (g goner, ok bool) {
	ch := &ph.cls[c]
	bit := uint64(1) << (i & 63)
	if ch.live&bit == 0 {
		return g, false
	}
	g = goner{ch.page[i&63], uint8(c), ph.tag[c]&bit != 0}
	if ch.cur == i+1 {
		ch.cur, ch.avail = 0, 0
	}
	ch.live &^= bit
	ch.room &^= bit
	ph.tag[c] &^= bit
	ph.pages -= int(layout.ClassTable[c].Pages)
	return g, true
}

// install puts a span that is in hand into the heap, and takes others out that
// the caller disowns when it has left. It fails if the word has changed under us,
// which only damage does. Runs entered.
func (h *Heap) install(ph *procHeap, c int, page uint64, s layout.State, out *goners) bool {
	ch := &ph.cls[c]
	pages := int(layout.ClassTable[c].Pages)
	if ch.live == ^uint64(0) {
		h.takeOut(ph, c, h.victim(ch), out)
	}
	for n := 0; ph.pages+pages > h.budget && ph.pages > 0 && n < len(out.list); n++ {
		h.giveUpOne(ph, out)
	}
	if !h.cas(page, s, s.ForHeap(ph.id)) {
		return false
	}
	i := bits.TrailingZeros64(^ch.live) & 63
	ch.page[i] = uint32(page)
	ch.live |= 1 << i
	ch.room |= 1 << i
	if s&layout.Tagged != 0 {
		ph.tag[c] |= 1 << i
	}
	ph.pages += pages
	h.setHint(page, uint64(i))
	return true
}

// victim chooses a span of the class to give up: a full one if there is one.
func (h *Heap) victim(ch *classHeap) int {
	full := ch.live &^ ch.room
	if ch.cur > 0 {
		full &^= 1 << ((ch.cur - 1) & 63)
	}
	if full == 0 {
		full = ch.live
	}
	return bits.TrailingZeros64(full) & 63
}

// takeOut moves one span from the heap to out.
func (h *Heap) takeOut(ph *procHeap, c, i int, out *goners) {
	if out.n >= len(out.list) {
		return
	}
	if g, ok := h.remove(ph, c, i); ok {
		out.list[out.n] = g
		out.n++
	}
}

// giveUpOne takes out one span of the next class that has any.
func (h *Heap) giveUpOne(ph *procHeap, out *goners) {
	for n := 0; n < layout.Classes; n++ {
		c := ph.clock
		if ph.clock++; ph.clock >= layout.Classes {
			ph.clock = 0
		}
		if c >= 0 && c < layout.Classes && ph.cls[c].live != 0 {
			h.takeOut(ph, c, h.victim(&ph.cls[c]), out)
			return
		}
	}
}

// giveUpEmpty gives up the empty spans of the caller's heap: of one class they
// save work, of all classes together they are many pages. Slow call.
func (h *Heap) giveUpEmpty() {
	ph := h.enter()
	if ph != nil {
		for c := range ph.cls {
			ch := &ph.cls[c]
			candidates := ch.room & ch.live
			if ch.cur > 0 {
				candidates |= 1 << ((ch.cur - 1) & 63)
			}
			for ; candidates != 0; candidates &= candidates - 1 {
				i := bits.TrailingZeros64(candidates) & 63
				if h.empty(uint64(ch.page[i]), c) {
					h.letGo(ph, c, i)
				}
			}
		}
	}
	h.leave(ph)
}

// words is the number of words of A that a span of class c uses.
func words(c int) int { return int(layout.ClassTable[c].Blocks+63) / 64 }

// wordMask has a bit for each block of word w in a span of class c.
func wordMask(c, w int) uint64 {
	left := int(layout.ClassTable[c].Blocks) - w*64
	if left >= 64 {
		return ^uint64(0)
	}
	if left <= 0 {
		return 0
	}
	return 1<<left - 1
}

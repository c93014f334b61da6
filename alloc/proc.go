package alloc

import (
	"sync/atomic"

	"usarena/internal/layout"
)

// procHeap is the private heap of one processor (P). Only code that has
// entered it touches it, and Close and the trimmer after they shut it out.
// Nothing in it is needed by anybody else.
type procHeap struct {
	place *place
	guard       // who is inside, where processors cannot be pinned
	known known // of its spans' pages
	id    int
	used  uint32       // entered since somebody last looked
	seen  atomic.Int64 // when it was last found used
	pages atomic.Int64 // pages of all spans held
	stash stash
	clock int // class from which the next span is given up
	cls   [layout.Classes]classHeap
}

// place is where a processor finds its heap, on a cache line of its own.
type place struct {
	heap   atomic.Pointer[procHeap]
	inside uint32 // a goroutine is, or is about to be, inside
	_      [48]byte
}

func newProcHeap(at *place, id int) *procHeap {
	// All else begins as zero: a new heap touches no page of memory for classes
	// that are not used.
	return &procHeap{id: id, place: at, known: knownOf(id)}
}

// refill makes a word with a free block the active one. False: the heap's spans of
// the class are full, as far as it has looked. Runs entered.
func (h *Heap) refill(ph *procHeap, c int) bool {
	ch := &ph.cls[c]
	if h.next(ch, c) != 0 {
		return true
	}
	h.collectSome(ph, c)
	return h.next(ch, c) != 0
}

// letGo gives one span up: to the free pages if it is empty, else to whoever
// adopts it. Runs entered if it is empty, else with the heap shut out.
func (h *Heap) letGo(ph *procHeap, c, i int) {
	if g, ok := h.remove(ph, c, i); ok {
		h.disown(uint64(g.page), c, g.tagged)
	}
}

// keepEmpty is how many empty spans of a class a heap keeps, in pages: a program
// that frees much and then allocates much again is not to make spans each time.
// They are given up before the arena uses more than ever, and when the heap is idle.
const keepEmpty = 64

// emptied is told that span at, not the active one, may have lost its last block.
// It gives it up if the class has others with room, and keeps enough empty ones.
// Runs entered.
func (h *Heap) emptied(ph *procHeap, c, at int, page uint64) {
	ch := &ph.cls[c]
	if at+1 == ch.cur || ch.spans[at]&entryEmpty != 0 || ch.avail|ch.again == 0 && ch.queued <= 1 || !h.empty(page, c) {
		return
	}
	pages := int(layout.ClassTable[c].Pages)
	if ch.empty+pages > min(keepEmpty, h.budget/2) {
		h.letGo(ph, c, at)
		return
	}
	ch.empty += pages
	ch.spans[at] |= entryEmpty
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
	e, ok := ph.cls[c].drop(i, c)
	if !ok {
		return g, false
	}
	ph.pages.Add(-int64(layout.ClassTable[c].Pages))
	h.known.forget(c, e.page())
	return goner{uint32(e.page()), uint8(c), e&entryTagged != 0}, true
}

// install puts a span that is in hand into the heap, which has room for it, and
// takes others out that the caller disowns when it has left. It fails if the word
// has changed under us, which only damage does. Runs entered.
func (h *Heap) install(ph *procHeap, c int, page uint64, s layout.State, out *goners) bool {
	pages := int64(layout.ClassTable[c].Pages)
	for n, most := 0, h.allowance(); ph.pages.Load()+pages > most && ph.pages.Load() > 0 && n < len(out.list); n++ {
		h.giveUpOne(ph, out)
	}
	if !h.cas(page, s, s.ForHeap(ph.id)) {
		return false
	}
	i := ph.cls[c].put(page, c, s&layout.Tagged != 0)
	ph.pages.Add(pages)
	if s&(layout.Tagged|layout.Orphaned) == 0 {
		h.known.learn(ph.id, c, page, i)
	}
	return true
}

// allowance is how many pages a processor's heap may hold. Alone in an arena, any
// number: what it holds costs nobody anything then. Beside others, much while the
// arena has plenty of pages, else its budget: what a stopped process holds nobody
// else can use.
func (h *Heap) allowance() int64 {
	most := int64(h.r.Geo.MaxPages)
	switch {
	case most < heapPages:
		return int64(h.budget)
	case !h.company.Load():
		return most
	case h.r.Header().UsedPages.Load() >= most/2:
		return int64(h.budget)
	}
	return max(int64(h.budget), most/8, min(most/4, heapLeast))
}

// Arenas of fewer than heapPages have no heaps. Where pages are so few that no budget
// is left for a heap, there are some while most pages are free; they may hold what
// classes of all sizes need.
const (
	heapPages = 192
	heapLeast = 256
)

// fewUsers is how many slots are worth a look at all of them. With more, there may be
// others.
const fewUsers = 256

// lookRound notes whether others use the arena.
func (h *Heap) lookRound() {
	others := h.r.Geo.Users > fewUsers
	for slot := 1; slot <= int(h.r.Geo.Users) && !others; slot++ {
		others = slot != h.slot && layout.UserState(h.r.User(slot).Word.Load()) == layout.UserLive
	}
	h.company.Store(others)
}

// tooMuch says that some heap holds more than it may, as the others came later.
func (h *Heap) tooMuch() bool {
	most := h.allowance()
	for id := range h.procs {
		if ph := h.procs[id].heap.Load(); ph != nil && ph.pages.Load() > most {
			return true
		}
	}
	return false
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
		if c >= 0 && c < layout.Classes && ph.cls[c].held > 0 {
			if i := ph.cls[c].victim(); i >= 0 {
				h.takeOut(ph, c, i, out)
				return
			}
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
			for q := ch.queued - 1; q >= max(0, ch.queued-looksMost); q-- {
				h.letGoEmpty(ph, c, int(ch.queue[q]))
			}
			h.letGoEmpty(ph, c, ch.cur-1)
		}
		if h.stashRoom(ph); ph.stash.pages > ph.stash.most {
			h.forgetRuns(ph)
		}
	}
	h.leave(ph)
}

// letGoEmpty gives span i up if it is empty. Runs entered.
func (h *Heap) letGoEmpty(ph *procHeap, c, i int) {
	if ch := &ph.cls[c]; i >= 0 && i < len(ch.spans) && ch.spans[i]&entryHeld != 0 && h.empty(ch.spans[i].page(), c) {
		h.letGo(ph, c, i)
	}
}

// words is the number of words of A that a span of class c uses.
func words(c int) int { return int(layout.ClassTable[c].Blocks+63) / 64 }

// wordMask has a bit for each block of word w in a span of class c.
func wordMask(c, w int) uint64 { return wordMasks[c&127][w&3] }

// wordMasks are those of all classes; there are none where no class is.
var wordMasks = func() (list [128][layout.BitWords]uint64) {
	for c := range layout.ClassTable {
		for w := range list[c] {
			list[c][w] = makeMask(c, w)
		}
	}
	return list
}()

func makeMask(c, w int) uint64 {
	left := int(layout.ClassTable[c].Blocks) - w*64
	if left >= 64 {
		return ^uint64(0)
	}
	if left <= 0 {
		return 0
	}
	return 1<<left - 1
}

package alloc

import (
	"math/bits"

	"usarena/internal/layout"
)

// A large block that is freed becomes a pending run by one compare-and-swap, and
// its heap remembers where: another makes it a block again as long as it is. No
// lock is held between, nobody's pages are kept: whoever scans its region may join
// it, and then the second compare-and-swap fails. That nothing stands within the
// run, as its Clean flag says, makes up for not knowing what became of it
// meanwhile: a run of that word and length is as good as the one that was left.
//
// While a heap remembers a run no hint tells of it. Whoever finds no room where
// hints promise it looks everywhere, so what dead users remembered is not lost.

// Large blocks of up to stashPages pages have one of stashSizes lengths, eight
// between each power of two and the next, so that what one leaves fits another.
const (
	stashLeast = layout.MaxSmall>>layout.PageShift + 1
	stashPages = 256
	stashSizes = 40
	stashDepth = 8 // runs that are remembered of each length
)

// stash is what a heap remembers. They count as used pages.
type stash struct {
	runs  [stashSizes]stashed
	pages uint64 // of all
	most  uint64
}

type stashed struct {
	n    int
	page [stashDepth]uint32
}

// stashLength is the length that a block of so many pages gets.
func stashLength(pages uint64) uint64 {
	if pages <= 16 || pages > stashPages {
		return pages
	}
	step := uint64(1) << (bits.Len64(pages-1) - 4)
	return (pages + step - 1) &^ (step - 1)
}

// stashNumbers has, for each number of pages, the number of the length that such a
// block gets, and 1; 0 if it has none. stashLengths has the lengths.
var stashNumbers, stashLengths = func() (numbers [stashPages + 1]uint8, lengths [stashSizes]uint64) {
	i := 0
	for pages := uint64(stashLeast); pages <= stashPages; pages++ {
		numbers[pages] = uint8(i + 1)
		if stashLength(pages) == pages {
			lengths[i] = pages
			i++
		}
	}
	return numbers, lengths
}()

// stashIndex is the number of a length; ok says that it has one.
func stashIndex(pages uint64) (i int, ok bool) {
	if pages > stashPages {
		return 0, false
	}
	i = int(stashNumbers[pages]) - 1
	return i, uint(i) < stashSizes && stashLengths[i] == pages
}

// mallocBig is Malloc for what is in no class: a large block where one of that length,
// or up to three eighths longer, was before, if the caller's heap knows of any.
func (h *Heap) mallocBig(n uint64) (uint64, error) {
	if n > stashPages<<layout.PageShift {
		return h.mallocSlow(n)
	}
	i := int(stashNumbers[(n+layout.PageMask)>>layout.PageShift]) - 1
	ph := h.mark(pin())
	if ph == nil {
		return h.mallocElse(ph, n)
	}
	for most := min(i+stashMore, stashSizes); uint(i) < uint(most); {
		page, pages, ok := ph.stash.pop(i)
		switch {
		case !ok:
			i++
		case h.cas(page, layout.CleanRun(pages), layout.LargeRun(pages, h.slot, h.gen)): // model: R44, commit
			ph.used = 1
			ph.leave()
			return h.dataOff + page<<layout.PageShift, nil
		default:
			h.r.Header().UsedPages.Add(-int64(pages))
		}
	}
	return h.mallocElse(ph, n)
}

// stashMore is how many lengths are tried.
const stashMore = 4

// pop takes out the run of number i that was remembered last.
func (s *stash) pop(i int) (page, pages uint64, ok bool) {
	r := &s.runs[i]
	if r.n == 0 {
		return 0, 0, false
	}
	r.n--
	pages = stashLengths[i]
	s.pages -= pages
	return uint64(r.page[r.n&(stashDepth-1)]), pages, true
}

// fromStash takes a request out of the shortest longer run that the caller's heap
// remembers. Slow call.
func (h *Heap) fromStash(w want) (page uint64, ok bool) {
	i, ok := stashIndex(w.n)
	if !ok || w.align > layout.PageSize {
		return 0, false
	}
	page, n, ok := h.longer(i)
	if !ok {
		return 0, false
	}
	r := page >> h.r.Geo.RegionShift
	if !h.lock(r, false) {
		h.freed(page, n)
		return 0, false
	}
	defer h.unlock(r)
	if ok = h.cas(page, layout.CleanRun(n), layout.FreeRun(n)); ok { // model: R10, commit
		h.carve(extent{page, page + n, page + n}, page, w)
	}
	h.freed(page+w.n, n) // the rest; all of it had counted as used
	return page, ok
}

// longer takes the shortest run out of the caller's heap that is longer than those
// of number i.
func (h *Heap) longer(i int) (page, pages uint64, ok bool) {
	ph := h.enter()
	if ph != nil {
		for k := i + 1; k < stashSizes && !ok; k++ {
			page, pages, ok = ph.stash.pop(k)
		}
	}
	h.leave(ph)
	return page, pages, ok
}

// stashAway frees the large block at offset off of page, if it is one and there is room
// to remember it. Runs entered.
func (h *Heap) stashAway(ph *procHeap, off, page uint64) bool {
	word := h.r.State(page)
	s := layout.State(word.Load())
	if s.Kind() != layout.Large {
		return false
	}
	pages := s.Len()
	i, ok := stashIndex(pages)
	rp := h.r.Geo.RegionPages()
	if !ok || off&layout.PageMask != 0 || s != layout.LargeRun(pages, h.slot, h.gen) || page&(rp-1)+pages > rp {
		return false
	}
	r := &ph.stash.runs[i]
	if uint(r.n) >= stashDepth || ph.stash.pages+pages > ph.stash.most ||
		!word.CompareAndSwap(uint64(s), uint64(layout.CleanRun(pages))) { // model: R28, commit
		return false
	}
	r.page[r.n] = uint32(page)
	r.n++
	ph.stash.pages += pages
	return true
}

// forgetRuns leaves to the regions what the heap remembers. Runs entered, or with
// the heap shut out.
func (h *Heap) forgetRuns(ph *procHeap) {
	if ph.stash.pages == 0 {
		return
	}
	for i := range ph.stash.runs {
		for page, pages, ok := ph.stash.pop(i); ok; page, pages, ok = ph.stash.pop(i) {
			h.freed(page, pages)
		}
	}
}

// ownRuns leaves to the regions what the caller's heap remembers, and says whether
// that is anything. Slow call.
func (h *Heap) ownRuns() (any bool) {
	ph := h.enter()
	if ph != nil {
		any = ph.stash.pages > 0
		h.forgetRuns(ph)
	}
	h.leave(ph)
	return any
}

// stashes says that the caller has a heap, which may remember runs, or gets one.
func (h *Heap) stashes() bool {
	if h.noHeaps.Load() || h.budget == 0 {
		return false
	}
	ph := h.enter()
	h.leave(ph)
	return ph != nil || h.makeHeap()
}

// stashRoom bounds what the heap remembers: an eighth of what is in use, for all
// of the process's heaps together.
func (h *Heap) stashRoom(ph *procHeap) {
	used := max(h.r.Header().UsedPages.Load(), 0)
	ph.stash.most = min(uint64(used)/8/uint64(max(h.heaps.Load(), 1))+stashFree, uint64(h.budget))
}

// stashFree is what any heap may remember.
const stashFree = 64

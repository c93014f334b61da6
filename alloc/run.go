package alloc

import (
	"sync/atomic"

	"usarena/internal/layout"
	"usarena/internal/robust"
)

// tries is how often a busy region's lock is tried before going elsewhere; what
// is done under it takes about that long.
const tries = 40

// lock tries to take region r. With dead set it also takes it from a holder
// that has died, and tidies up.
func (h *Heap) lock(r uint64, dead bool) bool {
	w := &h.r.Lock(r).Lock
	for i := 0; i < tries; i++ {
		if robust.Try(w, h.me) { // model: R1
			return true
		}
		pause()
	}
	if dead && (robust.TryDead(w, h.me, h.oracle) || h.takeFromNobody(w)) { // model: R2
		h.tidy(r)
		return true
	}
	return false
}

// takeFromNobody takes a lock whose word cannot be true: it names no slot, a free
// one, or one in another generation. Locks are released before a slot changes
// hands, so such a word is damage.
func (h *Heap) takeFromNobody(w *atomic.Uint32) bool {
	l := w.Load()
	return l != layout.LockFree && h.gone(layout.LockSlot(l), layout.LockGen(l)) && w.CompareAndSwap(l, h.me)
}

// DropLocks frees the region locks that name this user though it has taken none
// yet: damage, which nobody could tell from our own locks later. To be called
// once, when the slot is live and before the heap is used.
func (h *Heap) DropLocks() { h.takeLocks(h.slot) }

// takeLocks tidies and frees the regions whose locks name slot, and says how
// many there were.
func (h *Heap) takeLocks(slot int) (n int) {
	for i, end := uint64(0), h.regions(); i < end; i++ {
		w := &h.r.Lock(i).Lock
		if l := w.Load(); l != layout.LockFree && layout.LockSlot(l) == slot && w.CompareAndSwap(l, h.me) { // model: R41
			h.tidy(i)
			h.unlock(i)
			n++
		}
	}
	return n
}

func (h *Heap) unlock(r uint64) { robust.Release(&h.r.Lock(r).Lock) } // model: R5

// want is a request for pages.
type want struct {
	n     uint64       // pages
	align uint64       // of the offset in bytes, a power of two
	state layout.State // the word that commits
	in    *intent      // is told before; may be nil
}

// fitsMost is how many fits are compared.
const fitsMost = 32

// fromRegion takes the best fit of region r, whose lock the caller holds, or of the
// first few. With all set it does not believe where the hint lets a scan begin.
func (h *Heap) fromRegion(r uint64, w want, all bool) (uint64, bool) {
	hint := h.r.Lock(r)
	from, end, usable := h.bounds(r)
	hint.Dirty.Store(0)
	// Low is raised before the scan and lowered after it: what is freed meanwhile
	// lowers it too, and is not forgotten.
	start := from + uint64(hint.Low.Swap(uint32(usable-from))) // model: R6
	if all {
		start = from
	}
	var best extent
	first, longest, fits, enough := usable, uint64(0), 0, false
	whole := h.scan(r, start, func(e extent) bool {
		first = min(first, e.page)
		longest = max(longest, e.pages())
		at, ok := h.place(e, w)
		if !ok {
			return true
		}
		if best.end == 0 || e.pages() < best.pages() {
			best = e
		}
		fits++
		enough = e.pages() == w.n && at == e.page || fits >= fitsMost // an exact fit cannot be bettered
		return !enough
	})
	if !whole && !enough { // nonsense stood in the way
		first = from
	}
	lower(&hint.Low, uint32(first-from)) // model: R15
	if whole && usable == end {
		hint.Most.Store(uint32(longest) + 1)
	} else {
		hint.Most.Store(0)
	}
	if best.end == 0 {
		return 0, false
	}
	at, _ := h.place(best, w)
	h.carve(best, at, w)
	return at, true
}

// alignUp is the first page from page on whose offset is a multiple of align;
// false on overflow.
func (h *Heap) alignUp(page, align uint64) (uint64, bool) {
	if align <= layout.PageSize {
		return page, true
	}
	from := h.r.OffsetOf(page)
	off := (from + align - 1) &^ (align - 1)
	return (off - h.dataOff) >> layout.PageShift, off >= from
}

// place is where in e the request would go.
func (h *Heap) place(e extent, w want) (uint64, bool) {
	at, ok := h.alignUp(e.page, w.align)
	if !ok {
		return 0, false
	}
	return at, at < e.usable && e.usable-at >= w.n
}

// carve takes w.n pages at page at out of the free extent e. Until the last
// store nothing has happened.
func (h *Heap) carve(e extent, at uint64, w want) {
	if at > e.page { // split first: two free runs are as good as one
		h.store(at, layout.FreeRun(e.end-at))      // model: R17
		h.store(e.page, layout.FreeRun(at-e.page)) // model: R18
	}
	if rest := at + w.n; rest < e.usable {
		h.store(rest, layout.FreeRun(e.end-rest)) // model: R19
	}
	h.inside(at, w)
	w.in.note(h.r.OffsetOf(at), layout.LaneLarge)
	h.store(at, w.state) // model: S20 R21 M2, commit
	h.taken(w.n)
}

// inside writes what a new run needs within before its head commits it.
func (h *Heap) inside(at uint64, w want) {
	if w.state.IsObjects() {
		h.blank(at, w.n)
	}
	if w.state.Kind() != layout.Span {
		return
	}
	for i := uint64(1); i < w.n; i++ {
		h.store(at+i, layout.BackTo(i)) // model: R20
	}
	h.clearBits(at)
}

// freed notes that n pages at page became free without the region's lock.
func (h *Heap) freed(page, n uint64) {
	hint := h.r.Lock(page >> h.r.Geo.RegionShift)
	lower(&hint.Low, uint32(page&(h.r.Geo.RegionPages()-1))) // model: R30
	hint.Dirty.Store(1)
	h.r.Header().UsedPages.Add(-int64(n))
}

// lower makes low at most to.
func lower(low *atomic.Uint32, to uint32) {
	for l := low.Load(); l > to && !low.CompareAndSwap(l, to); l = low.Load() {
	}
}

// taken counts pages into use.
func (h *Heap) taken(n uint64) {
	hd := h.r.Header()
	used := hd.UsedPages.Add(int64(n))
	for high := hd.HighPages.Load(); used > 0 && uint64(used) > high; high = hd.HighPages.Load() {
		if hd.HighPages.CompareAndSwap(high, uint64(used)) {
			return
		}
	}
}

// mayHave believes the hints: whether region r may have w.n pages in a row.
func (h *Heap) mayHave(r uint64, n uint64) bool {
	hint := h.r.Lock(r)
	most := hint.Most.Load()
	return most == 0 || uint64(most-1) >= n || hint.Dirty.Load() != 0
}

// tidy repairs a region whose lock was held by a user that died: inside runs it
// removes the words of heads that were absorbed, in spans it restores the way
// back. Hints start afresh.
func (h *Heap) tidy(r uint64) {
	hint := h.r.Lock(r)
	hint.Low.Store(0) // model: R3
	hint.Most.Store(0)
	hint.Dirty.Store(1)
	from, end, usable := h.bounds(r)
	for p := from; p < usable; {
		s := h.r.Load(p)
		next, _, ok := h.step(p, from, end, s)
		if !ok {
			h.damage.Store(true)
			return
		}
		for q := p + 1; q < min(next, usable); q++ {
			want := layout.State(0)
			if s.Kind() == layout.Span {
				want = layout.BackTo(q - p)
			}
			if h.r.Load(q) != want {
				h.store(q, want) // model: R4
			}
		}
		p = next
	}
}

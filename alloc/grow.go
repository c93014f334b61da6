package alloc

import (
	"errors"
	"fmt"
	"math/bits"
	"time"

	"usarena/internal/errs"
	"usarena/internal/layout"
)

// Growth adds an eighth of what is there, up to growMost pages, and at least one page
// in growSteps of what there may be: that many from growLeast to growFirst.
const (
	growLeast = 16
	growFirst = 256
	growSteps = 1024
	growMost  = 8192
)

// allocRun takes pages. It looks where hints promise room, then across regions,
// then everywhere; then it grows the arena, takes over the dead, empties its own
// heaps. Only then it is full.
func (h *Heap) allocRun(w want) (uint64, error) {
	n := w.n
	if n > h.r.Geo.MaxPages {
		return 0, h.noSpace(w, nil)
	}
	h.makeRoom(n)
	var refused error
	var since time.Time // when a busy region was first in the way
	for round := 0; ; round++ {
		if p, ok := h.lookAgain(w); ok {
			return p, nil
		}
		if h.ownRuns() {
			if p, ok := h.lookAgain(w); ok {
				return p, nil
			}
		}
		if h.dense(n) {
			if grew, _ := h.grow(w); grew {
				round = min(round, 1) - 1
				continue
			}
		}
		p, ok, busy := h.lookHard(w)
		if ok {
			return p, nil
		}
		grew, err := h.grow(w)
		if grew {
			round = min(round, 1) - 1 // again this round, or the second
			continue
		}
		if err != nil {
			refused = err
		}
		switch {
		case round == 0:
			h.emptyHeaps(false)
			h.sweep()
		case round == 1 && h.rescue != nil:
			h.rescue()
		case busy && h.patient(&since):
			time.Sleep(50 * time.Microsecond)
		case busy && round >= 2:
			return 0, errs.Wrap(errs.Busy, "malloc", "%s: a living user keeps a region locked, is it stopped (usarena users tells)? %d pages wanted", h.name, n)
		case round >= 2:
			return 0, h.noSpace(w, refused)
		}
	}
}

// dense says that n pages, few beside those of the arena, would leave less than an
// eighth of it free. What free pages the hints do not tell of are then not worth a
// look at every word.
func (h *Heap) dense(n uint64) bool {
	committed := h.r.Committed()
	return n <= committed/16 && h.r.Header().UsedPages.Load()+int64(n) > int64(committed-committed/8)
}

// patient says that it is worth waiting for a region that a living user keeps
// locked, since when it was first asked: a moment in which its holder may get a
// processor again, and in an arena of one region, where there is nowhere else to
// go, seconds. Nothing is ever taken from the living.
func (h *Heap) patient(since *time.Time) bool {
	if since.IsZero() {
		*since = time.Now()
	}
	most := 200 * time.Millisecond
	if h.r.Geo.Regions == 1 {
		most = 5 * time.Second
	}
	return time.Since(*since) < most
}

// makeRoom has the caller's heap give up what it can before the arena would use more
// pages than ever. While that is fewer pages than are taken, as when the arena fills
// up for the first time, it looks less often.
func (h *Heap) makeRoom(n uint64) {
	if !h.atHigh(n) {
		return
	}
	skip := h.roomSkip.Load()
	taken := h.roomless.Add(n)
	if taken <= skip {
		return
	}
	hd := h.r.Header()
	h.roomless.Store(0)
	used := hd.UsedPages.Load()
	h.giveUpEmpty()
	if gone := used - hd.UsedPages.Load(); gone < int64(taken) {
		skip = min(2*skip+1, hd.HighPages.Load()/roomPart, roomMost)
	} else {
		skip = 0
	}
	h.roomSkip.Store(skip)
}

// Between two looks for empty spans at most a roomPart-th of the arena is taken, and
// no more than roomMost pages.
const roomPart, roomMost = 128, 8

// atHigh says that with n pages more the arena would use more than ever.
func (h *Heap) atHigh(n uint64) bool {
	hd := h.r.Header()
	return hd.UsedPages.Load()+int64(n) > int64(hd.HighPages.Load())
}

// lookAgain is look, and again for a moment if somebody was busy in a region that
// may have room: growing costs more, and so do the pages.
func (h *Heap) lookAgain(w want) (page uint64, ok bool) {
	for range lookTries {
		p, ok, busy := h.look(w)
		if ok || !busy {
			return p, ok
		}
	}
	return 0, false
}

const lookTries = 16

// look tries the regions in turn, from the one where a request of about this
// length was met last: those before it have not had room since. Now and then it
// begins at the first region, so that what is free there is used before what lies
// beyond. busy says that a region which may have room was in somebody's hands.
func (h *Heap) look(w want) (page uint64, ok, busy bool) {
	regions := h.regions()
	last := &h.lastFound[bits.Len64(w.n)%len(h.lastFound)]
	start := last.Load()
	if start >= regions || h.looks.Add(1)%looksFromStart == 0 {
		start = 0
	}
	for k := uint64(0); k < regions; k++ {
		r := start + k
		if r >= regions {
			r -= regions
		}
		if !h.mayHave(r, w.n) {
			continue
		}
		if !h.lock(r, false) {
			busy = true
			continue
		}
		p, ok := h.fromRegion(r, w, false)
		h.unlock(r)
		if ok {
			if r != start {
				last.Store(r)
			}
			return p, true, busy
		}
	}
	return 0, false, busy
}

const looksFromStart = 64

// lookHard believes no hint: it takes locks from the dead, scans every region,
// and then looks for room across them. busy says that some region was in the
// hands of a living user.
func (h *Heap) lookHard(w want) (page uint64, ok, busy bool) {
	regions := h.regions()
	if w.n <= h.r.Geo.RegionPages() {
		for r := uint64(0); r < regions; r++ {
			if !h.lock(r, true) {
				busy = true
				continue
			}
			p, ok := h.fromRegion(r, w, true)
			h.unlock(r)
			if ok {
				return p, true, busy
			}
		}
	}
	if w.n > 1 && w.state.Kind() == layout.Large && regions > 1 {
		p, ok, held := h.across(w)
		return p, ok, busy || held
	}
	return 0, false, busy
}

// regions is the number of regions that have pages.
func (h *Heap) regions() uint64 {
	rp := h.r.Geo.RegionPages()
	return (h.refresh() + rp - 1) >> h.r.Geo.RegionShift
}

// grow makes room for w at the end of the arena. True: there is more than
// before, by us or by somebody else.
func (h *Heap) grow(w want) (bool, error) {
	g := &h.r.Geo
	from := h.r.Committed()
	ceiling := min(g.MaxPages, h.r.Window)
	if from >= ceiling || h.r.Header().Flags&layout.FlagNoAutoGrow != 0 {
		return false, nil
	}
	need := w.n
	if w.align > layout.PageSize {
		need += w.align >> layout.PageShift
	}
	if rp := g.RegionPages(); w.state.Kind() == layout.Span && from&(rp-1)+need > rp {
		need += rp - from&(rp-1) // a span lies within one region
	}
	least := max(growLeast, min(growFirst, g.MaxPages/growSteps))
	step := max(need, min(max(from/8, least), growMost))
	for _, k := range []uint64{step, need} {
		to := min(from+k, ceiling)
		grew, err := h.r.Grow(from, to) // model: R40, commit
		if err == nil {
			h.refresh()
			return grew || h.r.Committed() != from, nil
		}
		if !errors.Is(err, errs.NoSpace) || k == need {
			return false, err
		}
	}
	return false, nil
}

// noSpace is the error when everything was tried.
func (h *Heap) noSpace(w want, refused error) error {
	if refused != nil {
		return fmt.Errorf("usarena: malloc of %d bytes: %w", w.n<<layout.PageShift, refused)
	}
	if h.damage.Load() {
		return errs.Wrap(errs.Corrupt, "malloc", "%s: %d pages wanted and damaged state words found (usarena check tells more)", h.name, w.n)
	}
	g := &h.r.Geo
	if h.r.Window < g.MaxPages && h.r.Committed() >= h.r.Window {
		return errs.Wrap(errs.OutsideWindow, "malloc", "%s: %d pages wanted; this process sees the first %d of %d pages", h.name, w.n, h.r.Window, h.r.Committed())
	}
	return errs.Wrap(errs.NoSpace, "malloc", "%s: %d bytes wanted in a row, %d of at most %d bytes are committed and none of the free runs is that long",
		h.name, w.n<<layout.PageShift, h.r.Committed()<<layout.PageShift, g.MaxPages<<layout.PageShift)
}

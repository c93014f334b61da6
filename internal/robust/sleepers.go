package robust

import (
	"sync/atomic"

	"usarena/internal/futex"
	"usarena/internal/layout"
	"usarena/internal/region"
)

// Sleepers are the processes that sleep at an object, or are about to. Each
// change has a number of its own, so that who counts anew (recount) notices every
// other change.

// Sleeps counts this process in.
func Sleeps(r Record) { r.Waiters.Add(layout.SleeperChange + 1) }

// Woke takes it off again, unless a recount has done so.
func Woke(r Record) {
	for {
		w := r.Waiters.Load()
		n := w
		if layout.Sleepers(w) > 0 {
			n--
		}
		if r.Waiters.CompareAndSwap(w, n+layout.SleeperChange) {
			return
		}
	}
}

// AnySleeper says whether anybody sleeps at an object with this count.
func AnySleeper(count *atomic.Uint32) bool { return layout.Sleepers(count.Load()) != 0 }

// Wake tells n sleepers of an object, in any process, to look again, if there
// are any. The caller has stored what they look for.
func Wake(r Record, n int) {
	if !AnySleeper(&r.Waiters) { // model: V2
		return
	}
	r.Event.Add(1)          // model: V3
	futex.Wake(&r.Event, n) // model: V4
}

// recount counts the sleepers of r anew, since one that died may have been among
// them. Ledgers list goroutines from before the object counts their process until
// after, and several of one process may count for a moment, so the result is
// never too low.
func recount(g *region.Region, r Record, gone int) {
	was := r.Waiters.Load()
	if layout.Sleepers(was) == 0 {
		return
	}
	n := uint32(0)
	for slot := 1; slot <= int(g.Geo.Users); slot++ {
		if slot == gone || layout.UserState(g.User(slot).Word.Load()) == layout.UserFree {
			continue
		}
		l := ledger(g, slot)
		if l.More.Load() != 0 {
			return // cannot be told
		}
		for i := range l.Waits {
			if w := l.Waits[i].Load(); w != 0 && layout.WaitObject(w) == r.Off && layout.WaitHow(w) != layout.WaitingPoll {
				n += uint32(layout.WaitCount(w))
			}
		}
	}
	if n < layout.Sleepers(was) {
		r.Waiters.CompareAndSwap(was, was-layout.Sleepers(was)+n+layout.SleeperChange)
	}
}

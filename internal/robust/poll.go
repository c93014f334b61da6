package robust

import (
	"usarena/internal/futex"
	"usarena/internal/layout"
)

// Queued says how many live users are queued at a pollable semaphore before the
// ticket, and whether a live user is about to give a unit.
func (t *Table) Queued(r Record, ticket uint32) (before int, giving bool) {
	for slot := 1; slot <= t.Users(); slot++ {
		w := r.Slot(slot)
		if w == nil {
			return before, giving
		}
		v, gives := w.Load(), ledger(t.region, slot).Giving.Load() == r.Off
		if v == 0 && !gives || slot != t.slot && t.gone(slot) {
			continue
		}
		giving = giving || gives
		if layout.PollState(v) == layout.PollQueued && int32(layout.PollTicket(v)-ticket) < 0 {
			before++
		}
	}
	return before, giving
}

// Gives says that this user is about to give a unit of r, or with 0 that it is
// no more.
func (t *Table) Gives(off layout.Offset) { t.ledger().Giving.Store(off) }

// AnyQueued says whether a live user is queued.
func (t *Table) AnyQueued(r Record) bool {
	for slot := 1; slot <= t.Users(); slot++ {
		w := r.Slot(slot)
		if w == nil {
			return false
		}
		if layout.PollState(w.Load()) == layout.PollQueued && (slot == t.slot || !t.gone(slot)) {
			return true
		}
	}
	return false
}

// Ring has every queued user look at its semaphores. The first in the queue
// takes what there is; the others see to it that one which is stopped does not
// keep it from them.
func (t *Table) Ring(r Record) {
	for slot := 1; slot <= t.Users(); slot++ {
		w := r.Slot(slot)
		if w == nil {
			return
		}
		if layout.PollState(w.Load()) == layout.PollQueued {
			t.RingBell(slot)
		}
	}
}

// RingBell wakes a user that sleeps on its bell.
func (t *Table) RingBell(slot int) {
	b := &ledger(t.region, slot).Bell
	b.Add(1)
	futex.Wake(b, futex.All)
}

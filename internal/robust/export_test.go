package robust

import "usarena/internal/layout"

// Steps of an operation with undo, for tests that die after any of them.
const (
	AfterArgs   = 1 + iota // D1
	AfterArming            // D2
	AfterSeen              // D3
	AfterCommit            // D4
	AfterCount             // D5
	AfterAll               // D6
)

// UndoUntil is Undo as far as a step. It says whether a unit was moved.
func (t *Table) UndoUntil(r Record, what uint8, last int) bool {
	t.lanes.First()
	defer t.lanes.Put(firstLane(t.region, t.slot))
	count := r.Slot(t.slot)
	held := count.Load()
	after := held + 1
	if what == layout.LaneV {
		after = max(held, 1) - 1
	}
	l := intent{g: t.region, id: firstLane(t.region, t.slot)}
	if last == AfterArgs {
		at := l.g.Lane(l.id)
		at.Args[0].Store(r.Off)
		at.Args[1].Store(uint64(layout.ObjectHead(r.Head.Load()).Gen()))
		at.Args[2].Store(held)
		return false
	}
	l.arm(r, what, held)
	switch last {
	case AfterArming:
		return false
	case AfterSeen:
		l.overwrite(layout.SemaWord(r.Word.Load()))
		return false
	}
	ok, _, _ := l.commit(r, what, 1, true)
	if last == AfterCommit {
		return ok
	}
	if ok {
		count.Store(after)
	}
	if last > AfterCount {
		l.disarm()
	}
	return ok
}

// GiveBackUntil begins what recovery does for a slot's units and stops as
// UndoUntil does.
func (t *Table) GiveBackUntil(r Record, slot, last int) {
	count := r.Slot(slot)
	n := count.Load()
	if n == 0 {
		return
	}
	l := intent{g: t.region, id: firstLane(t.region, slot)}
	l.arm(r, layout.LaneReturn, n)
	if last == AfterArming {
		return
	}
	l.commit(r, layout.LaneReturn, int(n), true)
	if last == AfterCommit {
		return
	}
	count.Store(0)
}

// FinishLane is what recovery does first.
func (t *Table) FinishLane(slot int) { finish(t.region, slot, firstLane(t.region, slot)) }

// LaneOf is the lane that a slot uses.
func (t *Table) LaneOf(slot int) *layout.Lane { return t.region.Lane(firstLane(t.region, slot)) }

// LedgerOf is a slot's ledger.
func (t *Table) LedgerOf(slot int) *layout.Ledger { return ledger(t.region, slot) }

// Recount counts r's sleepers anew for a slot that is gone.
func (t *Table) Recount(r Record, gone int) { recount(t.region, r, gone) }

// RecordAt is any record.
func (t *Table) RecordAt(off layout.Offset) Record { return recordAt(t.region, off) }

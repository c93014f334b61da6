package robust

import (
	"usarena/internal/errs"
	"usarena/internal/layout"
)

// TakeUnit takes a unit of a semaphore without undo. Not taken: there is none,
// or somebody has waited so long that newcomers queue. With waited set the
// caller is one that queues already; it takes a unit from under a starver, which
// may be dead, and ends the starving.
func (t *Table) TakeUnit(r Record, waited bool) (taken bool, left int) {
	for {
		w := layout.SemaWord(r.Word.Load())
		v := w.Value()
		if v == 0 || !waited && w&layout.SemaStarving != 0 {
			return false, v
		}
		next := w.WithValue(v - 1)
		if waited {
			next &^= layout.SemaStarving
		}
		if r.Word.CompareAndSwap(uint64(w), uint64(next)) { // model: P4
			return true, v - 1
		}
	}
}

// GiveUnits gives n units to a semaphore without undo. errs.Invalid when it
// would hold more than it can.
func (t *Table) GiveUnits(op string, r Record, n int) (left int, err error) {
	for {
		w := layout.SemaWord(r.Word.Load())
		v := w.Value() + n
		if v > layout.SemaMost {
			return 0, t.tooMany(op, r)
		}
		if r.Word.CompareAndSwap(uint64(w), uint64(w.WithValue(v))) { // model: V1
			return v, nil
		}
	}
}

func (t *Table) tooMany(op string, r Record) error {
	return errs.Wrap(errs.Invalid, op, "%s: semaphore at %#x has %d free units, the most that it can have", t.region.Name, r.Off, layout.SemaMost)
}

// Starve asks newcomers to queue.
func Starve(r Record) { r.Word.Or(uint64(layout.SemaStarving)) }

package robust

import (
	"sync/atomic"

	"usarena/internal/layout"
	"usarena/internal/region"
)

// Undo takes a unit of a semaphore with undo (layout.LaneP) or gives one
// (layout.LaneV), and counts it as held by this user or not. The two words
// change as one, whatever dies when: the intent in the user's lane says what was
// to be done, and the tag in the semaphore's word whether it was.
func (t *Table) Undo(op string, r Record, what uint8, waited bool) (ok bool, left int, err error) {
	id := t.lanes.First()
	defer t.lanes.Put(id)
	count := r.Slot(t.slot)
	held := count.Load()
	after := held + 1
	if what == layout.LaneV {
		after = max(held, 1) - 1
	}
	l := intent{g: t.region, id: id}
	l.arm(r, what, held)
	ok, full, left := l.commit(r, what, 1, waited)
	if ok {
		count.Store(after) // model: D5
	}
	l.disarm()
	if full {
		return false, left, t.tooMany(op, r)
	}
	return ok, left, nil
}

// intent is an operation of two words in a lane. Only the lane's user, or who
// recovers it, makes one, and one at a time.
type intent struct {
	g   *region.Region
	id  int
	seq uint64
}

func (l *intent) arm(r Record, what uint8, held uint64) {
	at := l.g.Lane(l.id)
	at.Args[0].Store(r.Off) // model: D1
	at.Args[1].Store(uint64(layout.ObjectHead(r.Head.Load()).Gen()))
	at.Args[2].Store(held)
	l.seq = layout.NextSeq(layout.SeqOf(at.Op.Load()))
	at.Op.Store(layout.LaneOp(what, l.seq)) // model: D2
}

func (l *intent) disarm() { l.g.Lane(l.id).Op.Store(layout.LaneOp(layout.LaneIdle, l.seq)) } // model: D6

// commit changes the semaphore's units by n and leaves the tag.
func (l *intent) commit(r Record, what uint8, n int, waited bool) (ok, full bool, left int) {
	for {
		w := layout.SemaWord(r.Word.Load())
		v := w.Value()
		next := w
		if what == layout.LaneP {
			if v == 0 || !waited && w&layout.SemaStarving != 0 {
				return false, false, v
			}
			v--
			if waited {
				next &^= layout.SemaStarving
			}
		} else if v += n; v > layout.SemaMost {
			if what == layout.LaneV {
				return false, true, w.Value()
			}
			v = layout.SemaMost // units that come back and do not fit: somebody gave too many
		}
		l.overwrite(w)
		if r.Word.CompareAndSwap(uint64(w), uint64(next.WithValue(v).Tagged(l.id, layout.SemaSeq(l.seq)))) { // model: D4
			return true, false, v
		}
	}
}

// overwrite notes for the lane whose tag stands in w that its operation
// happened, before the tag is lost. It never goes back: another overwriter may be
// ahead.
func (l *intent) overwrite(w layout.SemaWord) {
	if w.Lane() >= l.g.Lanes() || w.Seq() == 0 {
		return // damage, or no operation yet
	}
	seen := &l.g.Lane(w.Lane()).Seen
	for {
		s := seen.Load()
		if !layout.NewerSeq(w.Seq(), uint32(s)) || seen.CompareAndSwap(s, uint64(w.Seq())) { // model: D3
			return
		}
	}
}

// finish completes or drops the operation that a user left armed in a lane. The
// caller holds the user's byte.
func finish(g *region.Region, slot, id int) {
	at := g.Lane(id)
	w := at.Op.Load()
	what, seq := layout.OpOf(w), layout.SeqOf(w)
	if what == layout.LaneIdle {
		return
	}
	r := recordAt(g, at.Args[0].Load())
	if count := r.undoCount(slot); count != nil && uint64(layout.ObjectHead(r.Head.Load()).Gen()) == at.Args[1].Load() {
		tag := layout.SemaWord(r.Word.Load()) // before Seen: who overwrites it stores that first
		happened := tag.Lane() == id && tag.Seq() == layout.SemaSeq(seq) || uint32(at.Seen.Load()) == layout.SemaSeq(seq)
		if held := at.Args[2].Load(); happened {
			switch what {
			case layout.LaneP:
				count.Store(held + 1)
			case layout.LaneV:
				count.Store(max(held, 1) - 1)
			case layout.LaneReturn:
				count.Store(0)
			}
		}
	}
	at.Op.Store(layout.LaneOp(layout.LaneIdle, seq))
}

// undoCount is the count of units that a slot holds of r, nil unless r is a live
// semaphore with undo.
func (r Record) undoCount(slot int) *atomic.Uint64 {
	if r.Object == nil {
		return nil
	}
	h := layout.ObjectHead(r.Head.Load())
	if h.State() != layout.ObjectLive || h.Kind() != layout.SemaObject || h.Options()&layout.OptionUndo == 0 {
		return nil
	}
	return r.Slot(slot)
}

// giveBack returns the units that a slot holds of r, and wakes who waits for
// them. The caller holds the slot's byte.
func giveBack(g *region.Region, slot int, r Record) (n uint64) {
	count := r.undoCount(slot)
	if count == nil || count.Load() == 0 {
		return 0
	}
	n = min(count.Load(), layout.SemaMost)
	l := intent{g: g, id: firstLane(g, slot)}
	l.arm(r, layout.LaneReturn, n)
	l.commit(r, layout.LaneReturn, int(n), true)
	count.Store(0)
	l.disarm()
	return n
}

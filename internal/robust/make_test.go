package robust_test

import (
	"math/rand/v2"
	"sync"
	"testing"

	"usarena/internal/errs"
	"usarena/internal/layout"
	"usarena/internal/robust"
)

// Several users make and free objects of several sizes; no record is ever two
// objects, and all of it can be found.
func TestMakeAndFree(t *testing.T) {
	x := newTown(t, 5)
	kinds := []layout.ObjectKind{layout.LockObject, layout.SemaObject, layout.PollSemaObject, layout.BarrierObject, layout.RWLockObject, layout.ConditionObject}
	var mu sync.Mutex
	owner := map[layout.Offset]int{}
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			u, rnd := x.join(), rand.New(rand.NewPCG(uint64(i), 3))
			var mine []robust.Record
			for range 1500 {
				if len(mine) > 0 && rnd.IntN(2) == 0 {
					k := rnd.IntN(len(mine))
					r := mine[k]
					mine[k] = mine[len(mine)-1]
					mine = mine[:len(mine)-1]
					mu.Lock()
					delete(owner, r.Off)
					mu.Unlock()
					h := layout.ObjectHead(r.Head.Load())
					r.Event.Store(9) // what is left is not seen by the next one
					must(t, u.Free("free", r, h))
					want(t, "twice", u.Free("free", r, h), errs.NotAllocated)
					continue
				}
				kind := kinds[rnd.IntN(len(kinds))]
				options := uint64(0)
				if kind == layout.SemaObject && rnd.IntN(2) == 0 {
					options = layout.OptionUndo
				}
				r := u.make(kind, options)
				if r.Event.Load() != 0 || r.Lock.Load() != 0 || r.Word.Load() != 0 {
					t.Errorf("a new %s is not zero", kind)
				}
				mu.Lock()
				if by, ok := owner[r.Off]; ok {
					t.Errorf("%#x is an object of %d and of %d", r.Off, by, i)
				}
				owner[r.Off] = i
				mu.Unlock()
				if _, _, err := u.Find("find", r.Off, kind); err != nil {
					t.Error(err)
				}
				mine = append(mine, r)
			}
		})
	}
	wg.Wait()
}

func TestFind(t *testing.T) {
	x := newTown(t, 2)
	u := x.join()
	r := u.make(layout.SemaObject, layout.OptionUndo)
	_, _, err := u.Find("find", r.Off, layout.LockObject)
	want(t, "another kind", err, errs.WrongObject)
	for _, off := range []layout.Offset{0, 1, r.Off + 8, r.Off + 64, x.r.Geo.DataOff - 64, x.r.OffsetOf(x.r.Geo.MaxPages), ^layout.Offset(0)} {
		_, _, err = u.Find("find", off, layout.SemaObject)
		want(t, "nothing there", err, errs.NotAllocated)
	}
	h := layout.ObjectHead(r.Head.Load())
	r.Head.Store(uint64(layout.MakeHead(layout.SemaObject, layout.ObjectMaking, h.Options(), u.Slot(), h.Gen())))
	_, _, err = u.Find("find", r.Off, layout.SemaObject)
	want(t, "being made", err, errs.NotAllocated)
	lock := u.make(layout.LockObject, 0)
	lock.Head.Store(uint64(layout.MakeHead(layout.SemaObject, layout.ObjectLive, layout.OptionUndo, 0, 5)))
	_, _, err = u.Find("find", lock.Off, layout.SemaObject)
	want(t, "too small for what it says", err, errs.Corrupt)
	lock.Head.Store(uint64(layout.MakeHead(layout.LockObject, layout.ObjectLive, 0, 0, 5)))
	r.Head.Store(uint64(h))
}

// A maker or freer that dies half way: recovery frees the record, under a new
// generation.
func TestMakerDies(t *testing.T) {
	x := newTown(t, 3)
	u, victim := x.join(), x.join()
	r := u.make(layout.BarrierObject, 0)
	h := layout.ObjectHead(r.Head.Load())
	making := layout.MakeHead(h.Kind(), layout.ObjectMaking, h.Options(), victim.Slot(), h.Gen())
	r.Head.Store(uint64(making))
	r.Word.Store(77)
	if left, ok := x.recover(u.Slot()); ok || left.Making != 0 {
		t.Errorf("recovered the living: %+v", left)
	}
	victim.dies()
	left, _ := x.recover(victim.Slot())
	now := layout.ObjectHead(r.Head.Load())
	if left.Making != 1 || now.State() != layout.ObjectFree || now.Gen() != h.Gen()+1 || r.Word.Load() != 0 {
		t.Errorf("left %+v, head %#x, word %d", left, now, r.Word.Load())
	}
	for range 200 { // it is found again
		if u.make(layout.BarrierObject, 0).Off == r.Off {
			return
		}
	}
	t.Error("the record is never used again")
}

// The arena fills up with objects: an error, and all goes on with what is freed.
func TestMakeNoSpace(t *testing.T) {
	x := newTown(t, 2)
	u := x.join()
	var last robust.Record
	for n := 0; ; n++ {
		r, err := u.Make("make", layout.HistoryObject, 0, 4*layout.PageSize, nil)
		if err != nil {
			want(t, "full", err, errs.NoSpace)
			break
		}
		if last = r; n > 1000 {
			t.Fatal("never full")
		}
	}
	must(t, u.Free("free", last, layout.ObjectHead(last.Head.Load())))
	r, err := u.Make("make", layout.HistoryObject, 0, 4*layout.PageSize, nil)
	if err != nil || r.Off != last.Off {
		t.Errorf("%#x, %v; want %#x", r.Off, err, last.Off)
	}
	must(t, u.Free("free", r, layout.ObjectHead(r.Head.Load())))
	r.Flags.Store(layout.WatchLate) // by somebody who is late
	if r, err = u.Make("make", layout.HistoryObject, 0, 4*layout.PageSize, nil); err != nil || r.Off != last.Off || r.Flags.Load() != 0 {
		t.Errorf("%#x, %v, flags %#x", r.Off, err, r.Flags.Load())
	}
	_, err = u.Make("make", layout.HistoryObject, 0, layout.ObjectMost+1, nil)
	want(t, "too large", err, errs.Invalid)
}

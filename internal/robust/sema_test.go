package robust_test

import (
	"sync"
	"testing"

	"usarena/internal/errs"
	"usarena/internal/layout"
	"usarena/internal/robust"
)

func TestSemaWords(t *testing.T) {
	x := newTown(t, 2)
	u := x.join()
	r := u.make(layout.SemaObject, 0)
	set := func(n int, more layout.SemaWord) { r.Word.Store(uint64(layout.SemaWord(0).WithValue(n) | more)) }
	set(2, layout.SemaStarving|layout.SemaWatched)
	if ok, left := u.TakeUnit(r, false); ok || left != 2 {
		t.Errorf("a newcomer beside one that starves: %v, %d left", ok, left)
	}
	if ok, left := u.TakeUnit(r, true); !ok || left != 1 || layout.SemaWord(r.Word.Load())&layout.SemaStarving != 0 {
		t.Errorf("one that queues: %v, %d left, %#x", ok, left, r.Word.Load())
	}
	robust.Starve(r)
	if layout.SemaWord(r.Word.Load())&(layout.SemaStarving|layout.SemaWatched) != layout.SemaStarving|layout.SemaWatched {
		t.Errorf("the word is %#x", r.Word.Load())
	}
	set(0, 0)
	if ok, left := u.TakeUnit(r, true); ok || left != 0 {
		t.Errorf("of none: %v, %d", ok, left)
	}
	set(layout.SemaMost-1, 0)
	if left, err := u.GiveUnits("v", r, 1); left != layout.SemaMost || err != nil {
		t.Errorf("%d, %v", left, err)
	}
	_, err := u.GiveUnits("v", r, 1)
	want(t, "more than fit", err, errs.Invalid)
	if value(r) != layout.SemaMost {
		t.Errorf("%d units", value(r))
	}
	full := u.sema(layout.SemaMost)
	_, _, err = u.Undo("v", full, layout.LaneV, false)
	want(t, "more than fit, with undo", err, errs.Invalid)
	if ok, _, err := u.Undo("p", u.sema(0), layout.LaneP, true); ok || err != nil {
		t.Errorf("of none, with undo: %v, %v", ok, err)
	}
}

// Units that come back are counted whatever else is taken meanwhile.
func TestSemaOrders(t *testing.T) {
	x := newTown(t, 5)
	r := x.join().make(layout.SemaObject, 0)
	r.Word.Store(uint64(layout.SemaWord(0).WithValue(1)))
	n := 0
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			u := x.join()
			mine := u.at(r)
			for k := 0; k < 1000; {
				if ok, _ := u.TakeUnit(mine, false); !ok {
					continue
				}
				n++
				k++
				if _, err := u.GiveUnits("v", mine, 1); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if n != 4000 || value(r) != 1 {
		t.Errorf("counted %d, %d units", n, value(r))
	}
}

// A sleeper that dies is taken off the count, and nobody else is.
func TestRecount(t *testing.T) {
	x := newTown(t, 4)
	a, b, c := x.join(), x.join(), x.join()
	r, other := a.make(layout.SemaObject, 0), a.make(layout.SemaObject, 0)
	sleeps := func(u *user) {
		u.WaitBegins(r.Off, layout.Waiting)
		robust.Sleeps(r)
	}
	sleepers := func() int { return int(layout.Sleepers(r.Waiters.Load())) }
	sleeps(a)
	sleeps(b)
	sleeps(c)
	b.WaitBegins(r.Off, layout.Waiting) // a second goroutine, about to count
	c.WaitBegins(other.Off, layout.Waiting)
	c.WaitBegins(r.Off, layout.WaitingPoll) // counts nowhere
	b.dies()
	x.recover(b.Slot())
	if n := sleepers(); n != 2 {
		t.Errorf("%d sleepers after a death, want 2", n)
	}
	robust.Woke(r)
	a.WaitEnds(r.Off, layout.Waiting)
	c.dies()
	x.recover(c.Slot())
	if n := sleepers(); n != 0 || robust.AnySleeper(&r.Waiters) {
		t.Errorf("%d sleepers are left", n)
	}
	robust.Woke(r) // late, after a recount took it off
	if n := sleepers(); n != 0 {
		t.Errorf("%d sleepers, below none", n)
	}
}

// Waits that find no room in the ledger: then nobody is counted anew.
func TestManyWaits(t *testing.T) {
	x := newTown(t, 3)
	a, b := x.join(), x.join()
	r := a.make(layout.SemaObject, 0)
	var list []robust.Record
	for range 20 {
		list = append(list, a.make(layout.LockObject, 0))
	}
	for _, o := range list {
		a.WaitBegins(o.Off, layout.Waiting)
		a.WaitBegins(o.Off, layout.WaitingRead)
	}
	l := a.LedgerOf(a.Slot())
	if n := l.More.Load(); n != 40-14 {
		t.Errorf("%d waits found no room, want 26", n)
	}
	a.WaitBegins(r.Off, layout.Waiting)
	robust.Sleeps(r)
	b.dies()
	x.recover(b.Slot())
	if !robust.AnySleeper(&r.Waiters) {
		t.Error("a sleeper that the ledger could not list was forgotten")
	}
	a.WaitEnds(r.Off, layout.Waiting)
	robust.Woke(r)
	for _, o := range list {
		a.WaitEnds(o.Off, layout.WaitingRead)
		a.WaitEnds(o.Off, layout.Waiting)
	}
	for i := range l.Waits {
		if w := l.Waits[i].Load(); w != 0 {
			t.Errorf("wait %d is left: %#x", i, w)
		}
	}
	if n := l.More.Load(); n != 0 {
		t.Errorf("%d more waits are left", n)
	}
	if pid := a.WaiterPid(r.Off); pid != 0 {
		t.Errorf("process %d waits", pid)
	}
	a.WaitBegins(r.Off, layout.Waiting)
	a.WaitBegins(r.Off, layout.WaitingRead)
	a.WaitEnds(r.Off, layout.WaitingRead)
	if w := l.Waits[0].Load() + l.Waits[1].Load(); w != layout.WaitWord(r.Off, 1, layout.Waiting) {
		t.Errorf("the ledger says %#x", w)
	}
	a.WaitEnds(r.Off, layout.Waiting)
}

package robust_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"usarena/internal/layout"
	"usarena/internal/robust"
)

// sema makes a semaphore with undo and n units.
func (u *user) sema(n int) robust.Record {
	r := u.make(layout.SemaObject, layout.OptionUndo)
	r.Word.Store(uint64(layout.SemaWord(0).WithValue(n)))
	return r
}

func value(r robust.Record) int { return layout.SemaWord(r.Word.Load()).Value() }

// held is what all slots hold together.
func held(x *town, r robust.Record) (n int) {
	for slot := 1; slot <= int(x.r.Geo.Users); slot++ {
		n += int(r.Slot(slot).Load())
	}
	return n
}

func undo(t testing.TB, u *user, r robust.Record, what uint8) bool {
	t.Helper()
	ok, _, err := u.Undo("test", r, what, true)
	must(t, err)
	return ok
}

// A user dies after each step of taking or giving a unit, with other users'
// operations before and after: what it held is back, no more and no less.
func TestUndoDeaths(t *testing.T) {
	const units = 5
	for _, what := range []uint8{layout.LaneP, layout.LaneV} {
		for last := robust.AfterArgs; last <= robust.AfterAll; last++ {
			for others := range 3 { // operations of others that hide the victim's tag
				for before := range 3 { // units that the victim holds already
					t.Run(fmt.Sprint(what, last, others, before), func(t *testing.T) {
						x := newTown(t, 4)
						other, victim := x.join(), x.join()
						r := other.sema(units)
						for range before {
							undo(t, victim, r, layout.LaneP)
						}
						moved := victim.UndoUntil(r, what, last)
						for range others {
							undo(t, other, r, layout.LaneP)
						}
						victim.dies()
						left, ok := x.recover(victim.Slot())
						if !ok {
							t.Fatal("not recovered")
						}
						owned := before
						if moved && what == layout.LaneP {
							owned++
						}
						if moved && what == layout.LaneV {
							owned = max(owned, 1) - 1
						}
						if int(left.Units) != owned {
							t.Errorf("%d units came back, the victim held %d", left.Units, owned)
						}
						free := units - others
						if moved && what == layout.LaneV && before == 0 {
							free++ // it gave what it had not taken
						}
						if value(r) != free {
							t.Errorf("%d units are free, want %d", value(r), free)
						}
						if n := r.Slot(victim.Slot()).Load(); n != 0 {
							t.Errorf("the dead slot holds %d", n)
						}
						if op := layout.OpOf(other.LaneOf(victim.Slot()).Op.Load()); op != layout.LaneIdle {
							t.Errorf("its lane is at operation %d", op)
						}
					})
				}
			}
		}
	}
}

// Who recovers dies as well, in each step of giving units back.
func TestUndoRecoveryDies(t *testing.T) {
	for _, last := range []int{robust.AfterArming, robust.AfterCommit, robust.AfterCount} {
		for others := range 2 {
			x := newTown(t, 4)
			other, victim := x.join(), x.join()
			r := other.sema(5)
			for range 3 {
				undo(t, victim, r, layout.LaneP)
			}
			victim.dies()
			other.FinishLane(victim.Slot())
			other.GiveBackUntil(r, victim.Slot(), last)
			if others > 0 && !undo(t, other, r, layout.LaneP) {
				t.Fatal("no unit")
			}
			x.recover(victim.Slot())
			if got := value(r); got != 5-others || held(x, r) != others {
				t.Errorf("step %d: %d units are free, %d are held", last, got, held(x, r))
			}
		}
	}
}

// A lane whose semaphore was freed, and made anew, moves nothing of the new one.
func TestUndoOfAFreedSema(t *testing.T) {
	x := newTown(t, 3)
	other, victim := x.join(), x.join()
	r := other.sema(2)
	victim.UndoUntil(r, layout.LaneP, robust.AfterCommit)
	undo(t, other, r, layout.LaneP) // says that the victim's happened
	must(t, other.Free("free", r, layout.ObjectHead(r.Head.Load())))
	again := other.sema(2)
	if again.Off != r.Off {
		t.Fatal("another place")
	}
	victim.dies()
	x.recover(victim.Slot())
	if value(again) != 2 || held(x, again) != 0 {
		t.Errorf("%d units, %d held", value(again), held(x, again))
	}
}

// Users take and give and die at random steps while others go on: units are
// conserved.
func TestUndoStorm(t *testing.T) {
	const units, users, deaths = 3, 4, 150
	x := newTown(t, users+1)
	r := x.join().sema(units)
	var left, seed atomic.Int64
	left.Store(deaths)
	var wg sync.WaitGroup
	for range users {
		wg.Go(func() {
			rnd := rand.New(rand.NewPCG(uint64(seed.Add(1)), 7))
			for left.Load() > 0 {
				u := x.join()
				mine := u.at(r)
				holds := 0
				for range rnd.IntN(40) {
					if holds > 0 && rnd.IntN(2) == 0 {
						undo(t, u, mine, layout.LaneV)
						holds--
					} else if undo(t, u, mine, layout.LaneP) {
						holds++
					}
					if holds > units {
						t.Error("more units than there are")
					}
				}
				what := layout.LaneP
				if holds > 0 && rnd.IntN(2) == 0 {
					what = layout.LaneV
				}
				u.UndoUntil(mine, uint8(what), 1+rnd.IntN(robust.AfterAll))
				u.dies()
				x.recover(u.Slot())
				left.Add(-1)
			}
		})
	}
	wg.Wait()
	if value(r) != units || held(x, r) != 0 {
		t.Errorf("%d units are free, %d are held; want %d and 0", value(r), held(x, r), units)
	}
}

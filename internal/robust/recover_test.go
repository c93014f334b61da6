package robust_test

import (
	"testing"

	"usarena/internal/layout"
	"usarena/internal/robust"
)

// everything makes one object of each kind and has u take part in all of them.
func (u *user) everything() map[layout.ObjectKind]robust.Record {
	all := map[layout.ObjectKind]robust.Record{}
	for _, k := range []layout.ObjectKind{layout.LockObject, layout.PollSemaObject, layout.BarrierObject, layout.RWLockObject} {
		all[k] = u.make(k, 0)
	}
	all[layout.SemaObject] = u.sema(3)
	undo(u.town.t, u, all[layout.SemaObject], layout.LaneP)
	all[layout.LockObject].Lock.Store(u.Me() | waiters)
	robust.SetBit(all[layout.RWLockObject], u.Slot())
	robust.SetBit(all[layout.BarrierObject], u.Slot())
	all[layout.BarrierObject].Word.Store(uint64(layout.MakeBarrier(7, 2)))
	all[layout.PollSemaObject].Slot(u.Slot()).Store(layout.PollWord(layout.PollQueued, 5))
	u.Gives(all[layout.PollSemaObject].Off)
	return all
}

// wantNothing holds that slot takes no part in anything any more.
func wantNothing(t *testing.T, u *user, slot int, all map[layout.ObjectKind]robust.Record) {
	t.Helper()
	if w := all[layout.LockObject].Lock.Load(); w != dead|waiters {
		t.Errorf("lock %#x", w)
	}
	if n := value(all[layout.SemaObject]); n != 3 || all[layout.SemaObject].Slot(slot).Load() != 0 {
		t.Errorf("%d units", n)
	}
	if all[layout.RWLockObject].Bits(0).Load() != 0 || all[layout.BarrierObject].Bits(0).Load() != 0 {
		t.Error("bits are left")
	}
	if all[layout.PollSemaObject].Slot(slot).Load() != 0 || u.LedgerOf(slot).Giving.Load() != 0 {
		t.Error("it still queues or gives")
	}
}

func TestRecoverAll(t *testing.T) {
	for _, closes := range []bool{false, true} {
		x := newTown(t, 3)
		u, victim := x.join(), x.join()
		all := victim.everything()
		var left robust.Left
		if closes {
			var pages []uint64
			for _, r := range all {
				page, _ := x.r.Page(r.Off)
				pages = append(pages, page)
			}
			left = robust.Recover(x.r, pages, victim.Slot(), victim.gen, true)
			again := robust.Recover(x.r, pages, victim.Slot(), victim.gen, true)
			if again.Locks+again.Parties+again.Readers+again.Queued+int(again.Units) != 0 {
				t.Errorf("done twice: %+v", again)
			}
		} else {
			victim.dies()
			left, _ = x.recover(victim.Slot())
		}
		if left.Locks != 1 || left.Readers != 1 || left.Parties != 1 || left.Units != 1 || left.Queued != 1 {
			t.Errorf("left %+v", left)
		}
		wantNothing(t, u, victim.Slot(), all)
		w := layout.BarrierWord(all[layout.BarrierObject].Word.Load())
		if w.Broken() == closes || w.Phase() != 7 || closes && w.Count() != 2 {
			t.Errorf("closes %v: barrier %#x", closes, w)
		}
	}
}

// A barrier breaks once; who was too late with an old word breaks nothing.
func TestBreak(t *testing.T) {
	x := newTown(t, 2)
	r := x.join().make(layout.BarrierObject, 0)
	old := layout.MakeBarrier(1, 1)
	r.Word.Store(uint64(layout.MakeBarrier(2, 3)))
	if _, ok := robust.BreakPhase(r, old); ok {
		t.Error("a phase that is over was broken")
	}
	w := robust.Break(r)
	if again := robust.Break(r); again != w || !w.Broken() || w.Phase() != 2 || w.Count() != 0 || uint64(w) != r.Word.Load() {
		t.Errorf("broken %#x, again %#x, word %#x", w, again, r.Word.Load())
	}
}

// Users that are queued, in order; a dead one does not count, and one that gives
// is seen for as long as it lives.
func TestQueue(t *testing.T) {
	x := newTown(t, 5)
	u, first, second, giver := x.join(), x.join(), x.join(), x.join()
	r := u.make(layout.PollSemaObject, 0)
	wraps := ^uint32(0) // the ticket after it is 0
	first.at(r).Slot(first.Slot()).Store(layout.PollWord(layout.PollQueued, wraps))
	second.at(r).Slot(second.Slot()).Store(layout.PollWord(layout.PollQueued, wraps+2))
	r.Slot(u.Slot()).Store(layout.PollWord(layout.PollGranted, wraps-1))
	look := func(ticket uint32, before int, giving bool) {
		t.Helper()
		if n, g := u.Queued(r, ticket); n != before || g != giving {
			t.Errorf("ticket %d: %d before, giving %v; want %d, %v", ticket, n, g, before, giving)
		}
	}
	look(wraps+3, 2, false)
	look(wraps+1, 1, false)
	look(wraps, 0, false)
	giver.Gives(r.Off)
	look(wraps+3, 2, true)
	giver.Gives(r.Off + 64)
	look(wraps+3, 2, false)
	giver.Gives(r.Off)
	giver.dies()
	first.dies()
	look(wraps+3, 1, false)
	if !u.AnyQueued(r) {
		t.Error("nobody is queued")
	}
	bells := func() [2]uint32 {
		return [2]uint32{u.LedgerOf(second.Slot()).Bell.Load(), u.LedgerOf(u.Slot()).Bell.Load()}
	}
	was := bells()
	u.Ring(r)
	if now := bells(); now[0] != was[0]+1 || now[1] != was[1] {
		t.Errorf("bells %v, then %v: the one that is queued is rung, and no other", was, now)
	}
	second.dies()
	if u.AnyQueued(r) {
		t.Error("the dead are queued")
	}
	for _, v := range []*user{first, second, giver} {
		x.recover(v.Slot())
	}
	look(wraps+3, 0, false)
}

// A tag that names a lane that there is not changes nothing there.
func TestTagDamage(t *testing.T) {
	x := newTown(t, 2)
	u := x.join()
	r := u.sema(3)
	beyond := x.r.Lanes() // the region panics for it
	r.Word.Store(uint64(layout.SemaWord(0).WithValue(3).Tagged(beyond, 9)))
	undo(t, u, r, layout.LaneP)
	undo(t, u, r, layout.LaneV)
}

// Lanes and records may hold anything when their user is recovered.
func TestRecoverDamage(t *testing.T) {
	for _, off := range []uint64{0, 1, 64, 1 << 60, ^uint64(0)} {
		for op := range uint8(8) {
			x := newTown(t, 3)
			u, victim := x.join(), x.join()
			r := u.sema(3)
			lock := u.make(layout.LockObject, 0)
			l := u.LaneOf(victim.Slot())
			for _, at := range []uint64{off, lock.Off, r.Off + off} {
				l.Args[0].Store(at)
				l.Args[1].Store(uint64(layout.ObjectHead(r.Head.Load()).Gen()))
				l.Args[2].Store(^uint64(0))
				l.Op.Store(layout.LaneOp(op, 3))
				l.Seen.Store(3)
				u.FinishLane(victim.Slot())
			}
			r.Slot(victim.Slot()).Store(0)
			r.Word.Store(uint64(layout.SemaWord(0).WithValue(3).Tagged(layout.ObjectSlot, 9))) // a lane that there is not
			undo(t, u, r, layout.LaneP)
			r.Slot(victim.Slot()).Store(1 << 62) // more than fit
			victim.dies()
			if left, _ := x.recover(victim.Slot()); left.Units != layout.SemaMost || value(r) != layout.SemaMost {
				t.Errorf("%d units came back, %d are there", left.Units, value(r))
			}
		}
	}
}

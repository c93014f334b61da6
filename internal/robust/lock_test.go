package robust_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"usarena/internal/errs"
	"usarena/internal/layout"
)

const dead, waiters = layout.LockInconsistent, layout.LockWaiters

// Every transition of a lock word, by whom, and what it leaves.
func TestLockWords(t *testing.T) {
	x := newTown(t, 3)
	me, other := x.join(), x.join()
	var word atomic.Uint32
	take := func(u *user, keep uint32) func() error {
		return func() error {
			if ok, died, _ := u.Take(&word, keep); !ok {
				return errs.Busy
			} else if died {
				return errs.OwnerDied
			}
			return nil
		}
	}
	give := func(u *user) func() error { return func() error { return u.Give(&word, "give", 0) } }
	any := func(u *user) func() error { return func() error { return u.GiveAny(&word, "give", 0) } }
	mend := func(u *user) func() error { return func() error { return u.Consistent(&word, "mend", 0) } }
	restore := func(u *user) func() error { return func() error { u.Restore(&word); return nil } }
	mine, theirs := me.Me(), other.Me()
	for _, c := range []struct {
		what string
		was  uint32
		do   func() error
		err  error
		is   uint32
	}{
		{"take free", 0, take(me, 0), nil, mine},
		{"take free, slept", 0, take(me, waiters), nil, mine | waiters},
		{"take after a death", dead, take(me, 0), errs.OwnerDied, mine | dead},
		{"take after a death, waited for", dead | waiters, take(me, 0), errs.OwnerDied, mine | dead | waiters},
		{"take what is mine", mine, take(me, 0), errs.Busy, mine},
		{"take what is theirs", theirs | waiters, take(me, 0), errs.Busy, theirs | waiters},
		{"take what is lost", layout.LockDead, take(me, 0), errs.Busy, layout.LockDead},
		{"give mine", mine, give(me), nil, 0},
		{"give mine, waited for", mine | waiters, give(me), nil, 0},
		{"give unrepaired", mine | dead | waiters, give(me), nil, layout.LockDead},
		{"give theirs", theirs, give(me), errs.NotOwner, theirs},
		{"give a free one", 0, give(me), errs.NotLocked, 0},
		{"give one that a dead one left", dead, give(me), errs.NotLocked, dead},
		{"give a lost one", layout.LockDead, give(me), errs.NotRecoverable, layout.LockDead},
		{"give any, theirs", theirs | waiters, any(me), nil, 0},
		{"give any, unrepaired", theirs | dead, any(me), nil, layout.LockDead},
		{"give any, free", 0, any(me), errs.NotLocked, 0},
		{"give any, left by a dead one", dead | waiters, any(me), errs.NotLocked, dead | waiters},
		{"give any, lost", layout.LockDead, any(me), errs.NotRecoverable, layout.LockDead},
		{"mend mine", mine | dead | waiters, mend(me), nil, mine | waiters},
		{"mend theirs", theirs | dead, mend(me), errs.NotOwner, theirs | dead},
		{"mend a free one", dead, mend(me), errs.NotLocked, dead},
		{"mend a lost one", layout.LockDead, mend(me), errs.NotRecoverable, layout.LockDead},
		{"restore", mine | dead | waiters, restore(me), nil, dead},
		{"restore a sound one", mine | waiters, restore(me), nil, 0},
		{"restore theirs", theirs | dead, restore(me), nil, theirs | dead},
	} {
		word.Store(c.was)
		if err := c.do(); err != c.err {
			want(t, c.what, err, c.err)
		}
		if got := word.Load(); got != c.is {
			t.Errorf("%s: the word is %#x, want %#x", c.what, got, c.is)
		}
	}
}

// Only an owner that is gone is stolen from, and its recovery marks what nobody
// has stolen.
func TestSteal(t *testing.T) {
	x := newTown(t, 3)
	me, victim := x.join(), x.join()
	r := me.make(layout.LockObject, 0)
	kept := me.make(layout.LockObject, layout.OptionKept)
	rw := me.make(layout.RWLockObject, 0)
	for _, w := range []*atomic.Uint32{&r.Lock, &kept.Lock, &rw.Lock, &x.r.Header().Setup} {
		w.Store(victim.Me() | waiters)
	}
	seen := r.Lock.Load()
	if me.Steal(&r.Lock, seen) {
		t.Error("stolen from the living")
	}
	victim.dies()
	if me.Steal(&r.Lock, seen^waiters) {
		t.Error("stolen by a word that is not there")
	}
	if !me.Steal(&r.Lock, seen) || r.Lock.Load() != me.Me()|dead|waiters {
		t.Errorf("after the theft %#x", r.Lock.Load())
	}
	left, _ := x.recover(victim.Slot())
	if left.Locks != 1 || len(left.Held) != 1 {
		t.Errorf("left %+v", left)
	}
	for what, c := range map[string][2]uint32{
		"stolen": {r.Lock.Load(), me.Me() | dead | waiters}, "kept": {kept.Lock.Load(), victim.Me() | waiters},
		"rwlock": {rw.Lock.Load(), dead | waiters}, "setup": {x.r.Header().Setup.Load(), dead | waiters},
	} {
		if c[0] != c[1] {
			t.Errorf("%s: %#x, want %#x", what, c[0], c[1])
		}
	}
	again := x.join() // in the slot of the dead one
	if again.Slot() != victim.Slot() || again.Me() == victim.Me() {
		t.Fatalf("slot %d again, word %#x", again.Slot(), again.Me())
	}
	if !me.Steal(&kept.Lock, victim.Me()|waiters) {
		t.Error("an older user of a live slot is not gone")
	}
	older := layout.LockWord(me.Slot(), me.gen-1)
	if r.Lock.Store(older); !me.Steal(&r.Lock, older) {
		t.Error("an older user of my own slot is not gone")
	}
	for _, w := range []uint32{0, dead, layout.LockDead, me.Me(), again.Me()} {
		if r.Lock.Store(w); me.Steal(&r.Lock, w) {
			t.Errorf("%#x was stolen", w)
		}
	}
	for _, slot := range []int{0, 4, layout.MaxUsers, layout.ObjectSlot - 1} { // no such user
		w := layout.LockWord(slot, 9)
		r.Lock.Store(w)
		if got := me.Steal(&r.Lock, w); got != (w&layout.LockOwner != 0) {
			t.Errorf("slot %d: %v", slot, got)
		}
	}
	r.Lock.Store(0)
	kept.Lock.Store(0)
}

// A plain variable under a word of heap memory: the race detector sees what the
// word orders, across tables and through deaths.
func TestLockOrders(t *testing.T) {
	x := newTown(t, 6)
	r := x.join().make(layout.LockObject, 0)
	n, deaths := 0, atomic.Int32{}
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			u := x.join()
			mine := u.at(r)
			for k := 0; k < 500; {
				ok, died, seen := u.Take(&mine.Lock, 0)
				if !ok && u.Steal(&mine.Lock, seen) {
					ok, died = true, true
				}
				if !ok {
					u.Tend()
					continue
				}
				if died {
					deaths.Add(-1)
					must(t, u.Consistent(&mine.Lock, "mend", mine.Off))
				}
				n++
				k++
				if (k+i)%100 == 50 { // dies inside
					deaths.Add(1)
					u.dies()
					u = x.join()
					mine = u.at(r)
					continue
				}
				must(t, u.Give(&mine.Lock, "give", mine.Off))
			}
			u.dies()
			x.recover(u.Slot())
		})
	}
	wg.Wait()
	if n != 2000 {
		t.Errorf("counted %d", n)
	}
	for slot := range int(x.r.Geo.Users) {
		x.recover(slot + 1)
	}
	if w := r.Lock.Load(); deaths.Load() != 0 && w&dead == 0 {
		t.Errorf("%d deaths were not told, the word is %#x", deaths.Load(), w)
	}
}

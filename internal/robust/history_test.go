package robust_test

import (
	"sync"
	"testing"

	"usarena/internal/errs"
	"usarena/internal/layout"
)

func TestHistoryRing(t *testing.T) {
	x := newTown(t, 4)
	u := x.join()
	_, _, err := u.Notes("notes")
	want(t, "before there was any", err, errs.Invalid)
	u.Record(64, 1, 1, 0, 0) // goes nowhere
	u.DropNotes()
	for _, n := range []int{-1, layout.ObjectMost / layout.EntrySize} {
		want(t, "size", u.SetHistory("on", true, n), errs.Invalid)
	}
	if u.HistoryOn() {
		t.Error("on after an error")
	}
	must(t, u.SetHistory("on", true, 10), u.SetHistory("on", true, 999)) // the first one counts
	if !u.HistoryOn() {
		t.Error("not on")
	}
	for i := range 25 {
		u.Record(layout.Offset(64*i), uint8(i), int32(-i), i, uint64(1000+i))
	}
	list, lost, err := u.Notes("notes")
	if err != nil || lost != 15 || len(list) != 10 {
		t.Fatalf("%d entries, %d lost, %v", len(list), lost, err)
	}
	for k, e := range list {
		if i := 24 - k; e.Seq != uint64(i) || e.Object != layout.Offset(64*i) || e.Op != uint8(i) || e.Pid != u.Pid() ||
			e.Count != int32(-i) || e.Woken != i || e.PC != uint64(1000+i) || e.Time.IsZero() {
			t.Errorf("entry %d: %+v", k, e)
		}
	}
	must(t, u.SetHistory("off", false, 0))
	if list, _, err = u.Notes("notes"); u.HistoryOn() || len(list) != 10 || err != nil {
		t.Errorf("off: %d entries, %v", len(list), err)
	}
	u.DropNotes()
	if list, lost, _ = u.Notes("notes"); len(list) != 0 || lost != 0 {
		t.Errorf("dropped: %d entries, %d lost", len(list), lost)
	}
}

// A writer that dies before its entry is whole leaves one that readers skip.
func TestHistoryHalf(t *testing.T) {
	x := newTown(t, 2)
	u := x.join()
	must(t, u.SetHistory("on", true, 4))
	u.Record(64, 1, 1, 0, 0)
	ring := u.RecordAt(x.r.Header().History.Load())
	ring.Word.Add(1) // the number is taken, and nothing more
	u.Record(128, 2, 2, 0, 0)
	list, lost, err := u.Notes("notes")
	if err != nil || lost != 1 || len(list) != 2 || list[0].Object != 128 || list[1].Object != 64 {
		t.Errorf("%+v, %d lost, %v", list, lost, err)
	}
}

// Writers and a reader: an entry is whole or it is not there. (A writer that
// stands still while the others fill the whole ring may spoil one; here none does.)
func TestHistoryTogether(t *testing.T) {
	x := newTown(t, 4)
	first := x.join()
	must(t, first.SetHistory("on", true, 8000))
	var wg sync.WaitGroup
	for i := range 2 {
		wg.Go(func() {
			u := x.join()
			for k := range 3000 {
				n := i*3000 + k
				u.Record(layout.Offset(64*n), uint8(n), int32(n), n, uint64(n))
			}
		})
	}
	for range 300 {
		list, _, err := first.Notes("notes")
		must(t, err)
		for _, e := range list {
			if n := e.PC; e.Object != layout.Offset(64*n) || e.Op != uint8(n) || e.Count != int32(n) || e.Woken != int(n) {
				t.Fatalf("two entries in one: %+v", e)
			}
		}
	}
	wg.Wait()
	if list, lost, err := first.Notes("notes"); err != nil || uint64(len(list))+lost != 6000 {
		t.Errorf("%d entries, %d lost, %v", len(list), lost, err)
	}
}

// The ring's words may hold anything.
func TestHistoryDamage(t *testing.T) {
	x := newTown(t, 2)
	u := x.join()
	must(t, u.SetHistory("on", true, 8))
	ring := u.RecordAt(x.r.Header().History.Load())
	for _, n := range []uint32{0, 1, 7, 1 << 20, ^uint32(0)} {
		for _, word := range []uint64{0, 5, 1 << 40, ^uint64(0)} {
			ring.Broken.Store(n)
			ring.Word.Store(word)
			u.Record(64, 1, 1, 0, 0)
			u.Notes("notes")
			u.DropNotes()
		}
	}
	ring.Broken.Store(8)
	at := &x.r.Header().History
	was := at.Load()
	for _, off := range []uint64{1, 64, was + 64, ^uint64(0), u.make(layout.LockObject, 0).Off} {
		at.Store(off)
		u.Record(64, 1, 1, 0, 0)
		_, _, err := u.Notes("notes")
		want(t, "no ring there", err, errs.Invalid)
	}
	at.Store(was)
	ring.Word.Store(0)
}

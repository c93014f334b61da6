package demo

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"usarena/arena"
	"usarena/config"
	"usarena/internal/scratch"
	"usarena/internal/worker"
)

func TestMain(m *testing.M) {
	worker.Main()
	os.Exit(m.Run())
}

func TestNothingIsLost(t *testing.T) {
	shown, last := 0, Snapshot{}
	v, err := Run(t.Context(), Options{Procs: 3, For: time.Second, Every: 100 * time.Millisecond, Show: func(s Snapshot) {
		shown++
		if len(s.Procs) != 4 || s.Committed == 0 {
			t.Errorf("snapshot %+v", s)
		}
		last = s
	}})
	if err != nil {
		t.Fatal(err)
	}
	if !v.OK || v.Allocated == 0 || v.Foreign == 0 || v.Compared == 0 {
		t.Errorf("verdict %+v", v)
	}
	if shown == 0 {
		t.Error("nothing was shown")
	}
	if last.Locked == 0 || last.Large == 0 {
		t.Errorf("the meters of the lock and the semaphore stand still: %+v", last)
	}
	left, err := filepath.Glob(scratch.Prefix("demo") + "*")
	if err != nil || len(left) > 0 {
		t.Errorf("left over: %v (%v)", left, err)
	}
}

// With kills nothing is lost either: what the killed had is told and freed.
func TestNothingIsLostToKills(t *testing.T) {
	v, err := Run(t.Context(), Options{Procs: 3, For: 2 * time.Second, Kill: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", v)
	if !v.OK || v.Kills == 0 || v.Orphans == 0 || v.Orphaned == 0 {
		t.Errorf("verdict %+v", v)
	}
}

// Of what the killed took over one word leads to the rest; what nothing leads to
// is lost, with kills as without.
func TestWhatTheKilledHadIsFound(t *testing.T) {
	for _, noted := range []bool{true, false} {
		a, remove, err := scratch.Create("demo-test", config.Config{})
		if err != nil {
			t.Fatal(err)
		}
		b, err := arena.New[board](a)
		if err != nil {
			t.Fatal(err)
		}
		r := &run{Options: Options{Procs: 1, Kill: true}, a: a, board: b, b: b.In(a), start: time.Now(), procs: make([]*worker.Proc, 1)}
		if r.objects, err = makeObjects(a, r.b); err != nil {
			t.Fatal(err)
		}
		l := newListing(a, r.b, 0, 1)
		for range 3 {
			n, err := l.make()
			if err != nil {
				t.Fatal(err)
			}
			push(a, &l.b.Lists[0], n)
		}
		first := takeAll(&l.b.Lists[0], l.h)
		r.killer.kills = 1
		if noted {
			r.killer.hands = []arena.Offset{l.h.Now.Load().Offset()}
		}
		if v := r.verdict(nil); v.OK != noted || noted && v.Taken != 6 || first.Offset() == 0 {
			t.Errorf("noted %v: %+v", noted, v)
		}
		if err := remove(); err != nil {
			t.Error(err)
		}
	}
}

// Each loss must spoil the verdict, in its own words; without a loss it is good.
func TestLossesAreNoticed(t *testing.T) {
	ctx := context.Background()
	for _, c := range []struct {
		what string
		want string // in the findings; "" none
		plan func(l *listing, n arena.Ptr[node]) error
	}{
		{"nothing", "", func(*listing, arena.Ptr[node]) error { return nil }},
		{"a round", "", func(l *listing, _ arena.Ptr[node]) error { l.t.Noted.Add(1); return l.note(l.b, 0) }},
		{"a changed byte", "is not what was written", func(l *listing, n arena.Ptr[node]) error { n.In(l.a).Data.In(l.a)[7] ^= 1; return nil }},
		{"a lost node", "bytes are live although", func(l *listing, _ arena.Ptr[node]) error { takeAll(&l.b.Lists[0], nil); return nil }},
		{"a block that is not counted", "3 blocks were allocated, 2 were freed", func(l *listing, _ arena.Ptr[node]) error { l.t.Allocated.Add(1); return nil }},
		{"a lost unit", "the semaphore has 1 units of 2", func(l *listing, _ arena.Ptr[node]) error { return l.room.P(ctx) }},
		{"a unit too many", "the semaphore has 3 units of 2", func(l *listing, _ arena.Ptr[node]) error { return l.room.V() }},
		{"a held lock", "still holds the lock", func(l *listing, _ arena.Ptr[node]) error { return l.lock.Lock(ctx) }},
		{"half a round", "the ledger has 2 rounds, its parts 1,", func(l *listing, _ arena.Ptr[node]) error { l.b.Shared.Total++; l.t.Noted.Add(1); return l.note(l.b, 0) }},
		{"a round that is not counted", "the processes counted 0", func(l *listing, _ arena.Ptr[node]) error { return l.note(l.b, 0) }},
		{"a freed barrier", "the lock, the semaphore, the barrier", func(l *listing, _ arena.Ptr[node]) error { return l.meeting.Free() }},
	} {
		a, remove, err := scratch.Create("demo-test", config.Config{})
		if err != nil {
			t.Fatal(err)
		}
		b, err := arena.New[board](a)
		if err != nil {
			t.Fatal(err)
		}
		o, err := makeObjects(a, b.In(a))
		if err != nil {
			t.Fatal(err)
		}
		r := &run{Options: Options{Procs: 1}, a: a, board: b, b: b.In(a), objects: o, start: time.Now(), procs: make([]*worker.Proc, 1)}
		l := newListing(a, r.b, 0, 1)
		l.objects = o
		n, err := l.make()
		if err != nil {
			t.Fatal(err)
		}
		push(a, &l.b.Lists[0], n)
		if err := c.plan(l, n); err != nil {
			t.Errorf("%s: %v", c.what, err)
		}
		v := r.verdict(nil)
		if v.OK != (c.want == "") || !strings.Contains(strings.Join(v.Findings, "; "), c.want) {
			t.Errorf("%s: want %q in the verdict %+v", c.what, c.want, v)
		}
		if err := remove(); err != nil {
			t.Errorf("%s: %v", c.what, err)
		}
	}
}

func TestImpossibleNumberOfProcesses(t *testing.T) {
	for _, n := range []int{0, MaxProcs + 1} {
		if _, err := Run(t.Context(), Options{Procs: n}); err == nil {
			t.Errorf("%d processes were accepted", n)
		}
	}
}

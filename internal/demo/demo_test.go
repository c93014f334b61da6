package demo

import (
	"context"
	"os"
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
	shown := 0
	v, err := Run(t.Context(), Options{Procs: 3, For: time.Second, Every: 100 * time.Millisecond, Show: func(s Snapshot) {
		shown++
		if len(s.Procs) != 4 || s.Committed == 0 {
			t.Errorf("snapshot %+v", s)
		}
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
	left, err := os.ReadDir("/dev/shm")
	if err != nil {
		t.Skip("no /dev/shm here: ", err)
	}
	for _, f := range left {
		if strings.HasPrefix(f.Name(), strings.TrimPrefix(scratch.Prefix("demo"), "/dev/shm/")) {
			t.Errorf("left over: %s", f.Name())
		}
	}
}

// A changed byte, a block that nobody counted, and a list that was dropped must
// each spoil the verdict.
func TestLossesAreNoticed(t *testing.T) {
	for what, spoil := range map[string]func(l *listing, n arena.Ptr[node]){
		"changed byte": func(l *listing, n arena.Ptr[node]) { n.In(l.a).Data.In(l.a)[7] ^= 1; push(l.a, &l.b.Lists[0], n) },
		"lost unit":    func(l *listing, n arena.Ptr[node]) { l.room.P(context.Background()); push(l.a, &l.b.Lists[0], n) },
		"held lock":    func(l *listing, n arena.Ptr[node]) { l.lock.Lock(context.Background()); push(l.a, &l.b.Lists[0], n) },
		"half a round": func(l *listing, n arena.Ptr[node]) { l.note(l.b, 0); l.b.Shared.Total++; push(l.a, &l.b.Lists[0], n) },
		"lost node":    func(*listing, arena.Ptr[node]) {},
		"uncounted": func(l *listing, n arena.Ptr[node]) {
			l.t.Allocated.Add(1)
			push(l.a, &l.b.Lists[0], n)
		},
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
		spoil(l, n)
		if v := r.verdict(nil); v.OK || len(v.Findings) == 0 {
			t.Errorf("%s: verdict %+v", what, v)
		}
		if err := remove(); err != nil {
			t.Error(err)
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

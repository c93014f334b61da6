package sync_test

import (
	"context"
	"errors"
	"fmt"
	gosync "sync"
	"testing"
	"time"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/config"
	"usarena/sync"
)

func TestSemaLimits(t *testing.T) {
	a := arenatest.New(t)
	for _, v := range []int{-1, sync.SemaMost + 1, 1 << 40 & (1<<31 - 1) << 8} {
		if v >= 0 && v <= sync.SemaMost {
			continue
		}
		_, err := sync.NewSema(a, v)
		want(t, fmt.Sprint("value ", v), err, arena.ErrInvalid)
		_, err = sync.NewPollSema(a, v)
		want(t, fmt.Sprint("poll value ", v), err, arena.ErrInvalid)
	}
	s := newSema(t, a, sync.SemaMost)
	if v, err := s.Value(); v != sync.SemaMost || err != nil {
		t.Errorf("%d, %v", v, err)
	}
	want(t, "init", s.Init(sync.SemaMost), arena.ErrInvalid)
	want(t, "init", s.Init(-1), arena.ErrInvalid)
	must(t, s.Init(0))
	if got, err := s.TryP(); got || err != nil {
		t.Errorf("TryP of none: %v, %v", got, err)
	}
	must(t, s.V(), s.P(bg))
	_, err := sync.NewSema(a, 2, sync.Recursive)
	want(t, "recursive with 2", err, arena.ErrInvalid)
	must(t, s.Free())
	want(t, "v of a freed one", s.V(), arena.ErrNotAllocated)
	want(t, "p of a freed one", s.P(bg), arena.ErrNotAllocated)
	want(t, "free of a freed one", s.Free(), arena.ErrNotAllocated)
}

func TestSemaCounts(t *testing.T) {
	for _, opts := range [][]sync.SemaOption{{}, {sync.Undo}, {sync.Metered, sync.Debug}} {
		a := arenatest.New(t)
		b := second(t, a)
		s := newSema(t, a, 3, opts...)
		other, err := sync.SemaAt(b, s.Offset())
		must(t, err)
		var wg gosync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				at := []*sync.Sema{s, other}[i%2]
				for range 2000 {
					if err := errors.Join(at.P(soon(t)), at.V()); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		wg.Wait()
		if v, err := s.Value(); v != 3 || err != nil {
			t.Errorf("%v: %d units, %v", opts, v, err)
		}
	}
}

func TestSemaContexts(t *testing.T) {
	a := arenatest.New(t)
	s := newSema(t, a, 1)
	done, cancel := context.WithCancel(bg)
	cancel()
	want(t, "a done context and a free unit", s.P(done), context.Canceled)
	must(t, s.P(bg))
	took, err := after(t, s.P)
	want(t, "p", err, context.Canceled)
	t.Logf("returned %v after the end", took)
	if v, err := s.Value(); v != 0 || err != nil {
		t.Errorf("%d, %v", v, err)
	}
}

func init() {
	arenatest.Register("take units", func(args []string) error {
		a, err := arena.Join(args[0])
		if err != nil {
			return err
		}
		var off arena.Offset
		fmt.Sscan(args[1], &off)
		s, err := sync.SemaAt(a, off)
		if err != nil {
			return err
		}
		err = errors.Join(s.P(bg), s.P(bg), s.P(bg), s.V())
		if args[2] == "close" {
			err = errors.Join(err, a.Close())
		}
		return err // and ends
	})
}

// What a dead process had taken comes back to who waits, without anybody's help.
func TestUndo(t *testing.T) {
	for _, how := range []string{"die", "close"} {
		a := arenatest.New(t)
		s := newSema(t, a, 3, sync.Undo)
		if out, err := arenatest.Command(t, "take units", a.Name(), fmt.Sprint(s.Offset()), how).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		start := time.Now()
		for range 3 {
			must(t, s.P(soon(t)))
		}
		t.Logf("%s: all units after %v", how, time.Since(start))
		if got, err := s.TryP(); got || err != nil {
			t.Errorf("a unit too many: %v, %v", got, err)
		}
	}
}

// Without undo they do not.
func TestNoUndo(t *testing.T) {
	a := arenatest.New(t)
	s := newSema(t, a, 3)
	if out, err := arenatest.Command(t, "take units", a.Name(), fmt.Sprint(s.Offset()), "die").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if _, err := a.Recover(bg); err != nil {
		t.Fatal(err)
	}
	if v, err := s.Value(); v != 1 || err != nil {
		t.Errorf("%d units, %v", v, err)
	}
}

func TestRecursive(t *testing.T) {
	a := arenatest.New(t)
	s := newSema(t, a, 1, sync.Recursive)
	other, err := sync.SemaAt(second(t, a), s.Offset())
	must(t, err)
	must(t, s.P(bg), s.P(bg))
	if got, err := s.TryP(); !got || err != nil {
		t.Errorf("%v, %v", got, err)
	}
	must(t, s.V(), s.V())
	if got, err := other.TryP(); got || err != nil {
		t.Errorf("taken by another: %v, %v", got, err)
	}
	want(t, "switched while held", s.SetRecursive(false), arena.ErrBusy)
	must(t, s.V())
	must(t, other.P(bg), other.V(), s.SetRecursive(false), s.P(bg))
	if got, err := s.TryP(); got || err != nil {
		t.Errorf("recursion is off: %v, %v", got, err)
	}
}

func TestSemaMeter(t *testing.T) {
	a := arenatest.New(t)
	s := newSema(t, a, 1)
	_, err := s.Meter()
	want(t, "meter while off", err, arena.ErrInvalid)
	_, err = s.Debug()
	want(t, "debug while off", err, arena.ErrInvalid)
	must(t, s.SetMeter(true), s.SetDebug(true))
	must(t, s.P(bg))
	if d, err := s.Debug(); err != nil || d.OwnerPid == -1 || d.OwnerPC == 0 || d.LastPid != d.OwnerPid {
		t.Errorf("%+v, %v", d, err)
	}
	if got, err := s.TryP(); got || err != nil {
		t.Error(got, err)
	}
	got := make(chan error)
	go func() { got <- s.P(soon(t)) }()
	for {
		if m, err := s.Meter(); err != nil || m.NWait == 1 {
			break
		}
		time.Sleep(time.Millisecond)
	}
	time.Sleep(5 * time.Millisecond)
	must(t, s.V(), <-got, s.V())
	m, err := s.Meter()
	if want := (sync.SemaMeter{PHits: 1, Ps: 3, Vs: 2, VNoWait: 1, NWait: 0, MaxWait: 1}); err != nil || m != want {
		t.Errorf("%+v, %v; want %+v", m, err, want)
	}
	if d, err := s.Debug(); err != nil || d.OwnerPid != -1 || d.LastPid == -1 {
		t.Errorf("%+v, %v", d, err)
	}
	must(t, s.ResetMeter(), s.ResetDebug())
	if m, err = s.Meter(); err != nil || m != (sync.SemaMeter{}) {
		t.Errorf("after reset %+v, %v", m, err)
	}
	if d, err := s.Debug(); err != nil || d != (sync.SemaDebug{OwnerPid: -1, LastPid: -1}) {
		t.Errorf("after reset %+v, %v", d, err)
	}
	must(t, s.SetMeter(false), s.SetDebug(false), s.P(bg), s.V())
}

func TestHistory(t *testing.T) {
	a := arenatest.New(t, &config.Config{HistorySize: 16})
	h := sync.History(a)
	_, _, err := h.Fetch()
	want(t, "fetch while off", err, arena.ErrInvalid)
	before := newSema(t, a, 1)
	must(t, h.On())
	s := newSema(t, a, 1)
	must(t, before.P(bg), before.V()) // takes no part
	must(t, s.P(bg))
	s.TryP()
	must(t, s.V())
	list, lost, err := h.Fetch()
	if err != nil || lost != 0 || len(list) != 3 {
		t.Fatalf("%+v, %d lost, %v", list, lost, err)
	}
	for i, op := range []sync.HistOp{sync.HistVHit, sync.HistPMiss, sync.HistPHit} { // newest first
		if e := list[i]; e.Op != op || e.Sema != s.Offset() || e.Pid == 0 || e.PC == 0 || e.Time.IsZero() {
			t.Errorf("entry %d: %+v, want %v", i, e, op)
		}
	}
	for range 20 {
		must(t, s.P(bg), s.V())
	}
	if list, lost, err = h.Fetch(); err != nil || len(list) < 16 || int(lost)+len(list) != 43 {
		t.Errorf("%d entries, %d lost, %v", len(list), lost, err)
	}
	must(t, h.Reset())
	if list, lost, err = h.Fetch(); err != nil || len(list) != 0 || lost != 0 {
		t.Errorf("after reset %d entries, %d lost, %v", len(list), lost, err)
	}
	must(t, h.Off())
	later := newSema(t, a, 1)
	must(t, later.P(bg), later.V(), before.SetHistory(true), before.P(bg), before.V())
	if list, _, err = h.Fetch(); err != nil || len(list) != 2 || list[0].Sema != before.Offset() {
		t.Errorf("%+v, %v", list, err)
	}
}

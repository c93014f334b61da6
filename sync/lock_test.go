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

func TestLockCounts(t *testing.T) {
	a := arenatest.New(t)
	l, n := newLock(t, a), 0
	var wg gosync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20000 {
				if err := l.Lock(bg); err != nil {
					t.Error(err)
					return
				}
				n++
				if err := l.Unlock(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if n != 160000 {
		t.Errorf("counted %d", n)
	}
}

func TestLockOwnership(t *testing.T) {
	a := arenatest.New(t)
	b := second(t, a)
	l := newLock(t, a)
	other, err := sync.LockAt(b, l.Offset())
	must(t, err)
	want(t, "unlock of a free lock", l.Unlock(), sync.ErrNotLocked)
	want(t, "release of a free lock", l.Release(), sync.ErrNotLocked)
	must(t, l.Lock(bg))
	want(t, "unlock by another", other.Unlock(), sync.ErrNotOwner)
	want(t, "recovered by another", other.Recovered(), sync.ErrNotOwner)
	if u, ok := other.Owner(); !ok || u.Slot != a.Self().Slot {
		t.Errorf("owner %+v, %v", u, ok)
	}
	for _, spins := range []int{0, 10, 5000} {
		if got, err := other.TryLock(spins); got || err != nil {
			t.Errorf("TryLock(%d): %v, %v", spins, got, err)
		}
	}
	must(t, other.Release()) // handed over
	if _, ok := l.Owner(); ok {
		t.Error("a free lock has an owner")
	}
	if got, err := other.TryLock(0); !got || err != nil {
		t.Errorf("TryLock of a free lock: %v, %v", got, err)
	}
	must(t, other.Unlock())
}

// A process that waits for a lock of its own is let go by another one.
func TestSelfRelock(t *testing.T) {
	a := arenatest.New(t)
	l := newLock(t, a)
	other, err := sync.LockAt(second(t, a), l.Offset())
	must(t, err)
	for range 3 { // its first waiter, and those behind it
		must(t, l.Lock(bg))
		got := make(chan error, 3)
		for range 3 {
			go func() { got <- l.Lock(soon(t)) }()
		}
		time.Sleep(30 * time.Millisecond)
		for range 3 {
			must(t, other.Release())
			must(t, <-got)
		}
		must(t, l.Unlock())
	}
}

func TestLockContexts(t *testing.T) {
	a := arenatest.New(t)
	l := newLock(t, a)
	done, cancel := context.WithCancel(bg)
	cancel()
	want(t, "a done context and a free lock", l.Lock(done), context.Canceled)
	other, err := sync.LockAt(second(t, a), l.Offset())
	must(t, err)
	for name, owner := range map[string]*sync.Lock{"own process": l, "another": other} {
		must(t, owner.Lock(bg))
		took, err := after(t, l.Lock)
		want(t, name, err, context.Canceled)
		t.Logf("held by %s: returned %v after the end", name, took)
		must(t, owner.Unlock(), l.Lock(soon(t)), l.Unlock())
	}
}

// Waiters that give up take no wake-up with them.
func TestNoLostWakeup(t *testing.T) {
	a := arenatest.New(t)
	l, s := newLock(t, a), newSema(t, a, 1)
	b := second(t, a)
	other, err := sync.LockAt(b, l.Offset())
	must(t, err)
	otherSema, err := sync.SemaAt(b, s.Offset())
	must(t, err)
	game := func(name string, take []func(context.Context) error, give []func() error) {
		var wg gosync.WaitGroup
		slowest := make(chan time.Duration, 8)
		for i := range 8 {
			wg.Go(func() {
				most := time.Duration(0)
				for k := range 300 {
					if i < 4 { // these give up soon
						ctx, cancel := context.WithTimeout(bg, time.Duration(k%7)*50*time.Microsecond)
						if take[i%2](ctx) == nil {
							give[i%2]()
						}
						cancel()
						continue
					}
					start := time.Now()
					if err := take[i%2](soon(t)); err != nil {
						t.Errorf("%s: %v", name, err)
						return
					}
					most = max(most, time.Since(start))
					give[i%2]()
				}
				slowest <- most
			})
		}
		wg.Wait()
		close(slowest)
		most := time.Duration(0)
		for d := range slowest {
			most = max(most, d)
		}
		t.Logf("%s: longest wait of those that do not give up %v", name, most)
	}
	game("lock", []func(context.Context) error{l.Lock, other.Lock}, []func() error{l.Unlock, other.Unlock})
	game("sema", []func(context.Context) error{s.P, otherSema.P}, []func() error{s.V, otherSema.V})
	must(t, l.Lock(soon(t)), l.Unlock())
	if v, err := s.Value(); v != 1 || err != nil {
		t.Errorf("%d units, %v", v, err)
	}
	for _, u := range a.Users() {
		if len(u.WaitsFor) > 0 {
			t.Errorf("still waits: %v", u.WaitsFor)
		}
	}
}

func init() {
	arenatest.Register("die holding", func(args []string) error {
		a, err := arena.Join(args[0])
		if err != nil {
			return err
		}
		var off arena.Offset
		fmt.Sscan(args[1], &off)
		l, err := sync.LockAt(a, off)
		if err != nil {
			return err
		}
		return l.Lock(bg) // and ends, without a word
	})
}

// dies has a process take the lock and end.
func dies(t *testing.T, a *arena.Arena, l *sync.Lock) {
	t.Helper()
	if out, err := arenatest.Command(t, "die holding", a.Name(), fmt.Sprint(l.Offset())).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

func TestOwnerDied(t *testing.T) {
	a := arenatest.New(t)
	l := newLock(t, a)
	dies(t, a, l)
	err := l.Lock(soon(t))
	want(t, "after a death", err, sync.ErrOwnerDied)
	if !sync.Held(err) || sync.Held(context.Canceled) {
		t.Error("Held")
	}
	must(t, l.Recovered(), l.Unlock(), l.Lock(bg), l.Unlock())

	dies(t, a, l)
	if got, err := l.TryLock(0); !got || !errors.Is(err, sync.ErrOwnerDied) {
		t.Errorf("TryLock after a death: %v, %v", got, err)
	}
	must(t, l.Unlock()) // without Recovered
	want(t, "lock", l.Lock(bg), sync.ErrNotRecoverable)
	_, err = l.TryLock(3)
	want(t, "try", err, sync.ErrNotRecoverable)
	want(t, "unlock", l.Unlock(), sync.ErrNotRecoverable)
	must(t, l.Free())
}

// Whoever waits when a lock becomes unrecoverable is told.
func TestNotRecoverableTellsAll(t *testing.T) {
	a := arenatest.New(t)
	l := newLock(t, a)
	dies(t, a, l)
	want(t, "after a death", l.Lock(bg), sync.ErrOwnerDied)
	got := make(chan error, 4)
	for range 4 {
		go func() { got <- l.Lock(soon(t)) }()
	}
	time.Sleep(20 * time.Millisecond)
	must(t, l.Unlock())
	for range 4 {
		want(t, "waiter", <-got, sync.ErrNotRecoverable)
	}
}

func TestRecoveryMarksLocks(t *testing.T) {
	a := arenatest.New(t)
	l := newLock(t, a)
	dies(t, a, l)
	r, err := a.Recover(bg)
	if err != nil || r.Users != 1 || r.Held != 1 {
		t.Errorf("recovered %+v, %v", r, err)
	}
	want(t, "after recovery", l.Lock(bg), sync.ErrOwnerDied)
	must(t, l.Recovered(), l.Unlock())
}

func TestDo(t *testing.T) {
	a := arenatest.New(t)
	l := newLock(t, a)
	boom := errors.New("boom")
	want(t, "f's error", l.Do(bg, func(bool) error { return boom }), boom)
	func() {
		defer func() { recover() }()
		l.Do(bg, func(bool) error { panic("x") })
	}()
	dies(t, a, l)
	told := false
	must(t, l.Do(bg, func(died bool) error { told = died; return nil }))
	must(t, l.Do(bg, func(died bool) error {
		if died {
			t.Error("told twice")
		}
		return nil
	}))
	if !told {
		t.Error("not told")
	}
	dies(t, a, l)
	want(t, "f's error after a death", l.Do(bg, func(bool) error { return boom }), boom)
	want(t, "afterwards", l.Do(bg, func(bool) error { return nil }), sync.ErrNotRecoverable)
}

func TestKeptLock(t *testing.T) {
	a := arenatest.New(t)
	l, err := sync.NewKeptLock(a)
	must(t, err)
	dies(t, a, l)
	if _, err := a.Recover(bg); err != nil {
		t.Fatal(err)
	}
	if got, err := l.TryLock(10); got || err != nil {
		t.Errorf("taken from an owner that keeps it: %v, %v", got, err)
	}
	took, err := after(t, l.Lock)
	want(t, "lock", err, context.Canceled)
	t.Log(took)
	must(t, l.Release(), l.Lock(bg), l.Unlock())
}

func TestFreeAndRefs(t *testing.T) {
	a := arenatest.New(t)
	l := newLock(t, a)
	ref := l.Ref()
	if again, err := ref.In(a); err != nil || again != l {
		t.Errorf("another handle, %v", err)
	}
	if again, err := sync.LockAt(a, l.Offset()); err != nil || again != l {
		t.Errorf("another handle, %v", err)
	}
	must(t, l.Lock(bg))
	got := make(chan error, 2)
	for range 2 {
		go func() { got <- l.Lock(soon(t)) }()
	}
	time.Sleep(15 * time.Millisecond)
	must(t, l.Free()) // also held
	for range 2 {
		want(t, "waiter of a freed lock", <-got, arena.ErrNotAllocated)
	}
	for name, err := range map[string]error{"free": l.Free(), "lock": l.Lock(bg), "unlock": l.Unlock(), "init": l.Init()} {
		want(t, name+" of a freed lock", err, arena.ErrNotAllocated)
	}
	_, err := l.TryLock(0)
	want(t, "try of a freed lock", err, arena.ErrNotAllocated)
	_, err = ref.In(a)
	want(t, "ref to a freed lock", err, arena.ErrNotAllocated)
	_, err = sync.LockRef{}.In(a)
	want(t, "ref to none", err, arena.ErrNotAllocated)

	s := newSema(t, a, 1, sync.Metered) // any record
	_, err = sync.LockAt(a, s.Offset())
	want(t, "a sema as lock", err, sync.ErrWrongObject)
	_, err = ref.In(a)
	if err == nil {
		t.Error("a stale ref leads to what was made in its place")
	}
	for _, off := range []arena.Offset{0, 1, 64, s.Offset() + 1, s.Offset() + 64, 1 << 60, ^arena.Offset(0)} {
		if _, err := sync.LockAt(a, off); !errors.Is(err, arena.ErrNotAllocated) {
			t.Errorf("lock at %#x: %v", off, err)
		}
	}
	want(t, "free of a lock as a block", a.Free(s.Offset()), arena.ErrNotAllocated)
	_, err = a.Realloc(s.Offset(), 1)
	want(t, "realloc of a lock", err, arena.ErrNotAllocated)
	p, err := a.Malloc(64)
	must(t, err)
	_, err = sync.LockAt(a, p)
	want(t, "a block as lock", err, arena.ErrNotAllocated)
	must(t, a.Free(p), s.Free())
}

func TestManyLocks(t *testing.T) {
	a := arenatest.New(t)
	b := second(t, a)
	seen := map[arena.Offset]bool{}
	var all []*sync.Lock
	for i := range 2000 {
		at := a
		if i%3 == 0 {
			at = b
		}
		l := newLock(t, at)
		if seen[l.Offset()] {
			t.Fatalf("%#x twice", l.Offset())
		}
		seen[l.Offset()] = true
		all = append(all, l)
	}
	before := a.Stats().Committed
	for _, l := range all {
		must(t, l.Free())
	}
	for range 2000 {
		newLock(t, a)
	}
	if now := a.Stats().Committed; now != before {
		t.Errorf("freed records are not used again: %d bytes, then %d", before, now)
	}
}

func TestMeters(t *testing.T) {
	for _, typ := range []config.LockType{config.NoDebug, config.Debug, config.DebugPlus} {
		a := arenatest.New(t, &config.Config{LockType: typ})
		l := newLock(t, a)
		var misuse []error
		must(t, sync.OnMisuse(a, func(err error) { misuse = append(misuse, err) }))
		must(t, l.Lock(bg))
		if got, err := l.TryLock(0); got || err != nil {
			t.Errorf("try: %v, %v", got, err)
		}
		pid, pidErr := l.OwnerPid()
		must(t, l.Unlock())
		want(t, "unlock of a free lock", l.Unlock(), sync.ErrNotLocked)
		m, err := l.Meter()
		if typ == config.NoDebug {
			want(t, "meter", err, arena.ErrInvalid)
			want(t, "pid", pidErr, arena.ErrInvalid)
			want(t, "reset", l.ResetMeter(), arena.ErrInvalid)
			continue
		}
		must(t, err, pidErr)
		if m != (sync.LockMeter{Spins: 1, Tries: 2, Hits: 1}) || pid == -1 {
			t.Errorf("type %v: %+v, pid %d", typ, m, pid)
		}
		if n := len(misuse); (n == 0) == (typ == config.DebugPlus) {
			t.Errorf("type %v: misuse %v", typ, misuse)
		}
		must(t, l.ResetMeter(), l.ResetOwner())
		if m, err = l.Meter(); err != nil || m != (sync.LockMeter{Spins: -1, Tries: -1, Hits: -1}) {
			t.Errorf("after reset %+v, %v", m, err)
		}
		must(t, sync.OnMisuse(a, nil), l.Init())
		if m, _ = l.Meter(); m != (sync.LockMeter{}) {
			t.Errorf("after Init %+v", m)
		}
	}
}

func BenchmarkLock(b *testing.B) {
	a := arenatest.New(b)
	l := newLock(b, a)
	b.ReportAllocs()
	for b.Loop() {
		l.Lock(bg)
		l.Unlock()
	}
}

func TestUncontendedAllocatesNothing(t *testing.T) {
	a := arenatest.New(t)
	l, s := newLock(t, a), newSema(t, a, 1)
	if n := testing.AllocsPerRun(100, func() { l.Lock(bg); l.Unlock(); s.P(bg); s.V() }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

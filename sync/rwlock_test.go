package sync_test

import (
	"context"
	"errors"
	"fmt"
	gosync "sync"
	"sync/atomic"
	"testing"
	"time"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/sync"
)

func newRW(t *testing.T, a *arena.Arena) *sync.RWLock {
	t.Helper()
	l, err := sync.NewRWLock(a)
	must(t, err)
	return l
}

func TestRWLock(t *testing.T) {
	a := arenatest.New(t)
	l := newRW(t, a)
	other, err := sync.RWLockAt(second(t, a), l.Offset())
	must(t, err)
	var x, y atomic.Int64 // for the race detector, which sees two locks here
	var wg gosync.WaitGroup
	for i := range 8 {
		at := []*sync.RWLock{l, other}[i%2]
		wg.Go(func() {
			for range 1000 {
				if i < 2 {
					must(t, at.Lock(soon(t)))
					x.Store(x.Load() + 1)
					y.Store(y.Load() + 1)
					must(t, at.Unlock())
					continue
				}
				must(t, at.RLock(soon(t)))
				if x.Load() != y.Load() {
					t.Error("a reader beside a writer")
				}
				must(t, at.RUnlock())
			}
		})
	}
	wg.Wait()
	if x.Load() != 2000 {
		t.Errorf("counted %d", x.Load())
	}
}

func TestRWLockStates(t *testing.T) {
	a := arenatest.New(t)
	l := newRW(t, a)
	other, err := sync.RWLockAt(second(t, a), l.Offset())
	must(t, err)
	want(t, "read unlock", l.RUnlock(), sync.ErrNotLocked)
	want(t, "unlock", l.Unlock(), sync.ErrNotLocked)
	try := func(what string, f func() (bool, error), wanted bool) {
		t.Helper()
		if got, err := f(); got != wanted || err != nil {
			t.Errorf("%s: %v, %v", what, got, err)
		}
	}
	must(t, l.RLock(bg), l.RLock(bg), other.RLock(bg))
	try("write beside readers", other.TryLock, false)
	must(t, l.RUnlock(), other.RUnlock())
	try("write beside a reader", other.TryLock, false)
	try("read beside a reader", other.TryRLock, true)
	must(t, l.RUnlock(), other.RUnlock())
	try("write", other.TryLock, true)
	try("write beside a writer", l.TryLock, false)
	try("read beside a writer", l.TryRLock, false)
	want(t, "unlock by another", l.Unlock(), sync.ErrNotOwner)
	for name, f := range map[string]func(context.Context) error{"lock": l.Lock, "read lock": l.RLock} {
		took, err := after(t, f)
		want(t, name, err, context.Canceled)
		t.Logf("%s: returned %v after the end", name, took)
	}
	must(t, other.Unlock(), l.RLock(bg))
	took, err := after(t, other.Lock) // waits for the reader to leave
	want(t, "drain", err, context.Canceled)
	t.Logf("drain: returned %v after the end", took)
	try("read after a writer gave up", other.TryRLock, true)
	must(t, l.RUnlock(), other.RUnlock(), l.Free())
	want(t, "freed", l.RLock(bg), arena.ErrNotAllocated)
}

// A writer that waits comes in, though readers never end to come.
func TestRWLockStarvesNobody(t *testing.T) {
	a := arenatest.New(t)
	l := newRW(t, a)
	other, err := sync.RWLockAt(second(t, a), l.Offset())
	must(t, err)
	stop := make(chan struct{})
	var wg gosync.WaitGroup
	for i := range 4 {
		at := []*sync.RWLock{l, other}[i%2]
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				must(t, at.RLock(soon(t)))
				time.Sleep(100 * time.Microsecond)
				must(t, at.RUnlock())
			}
		})
	}
	most := time.Duration(0)
	for range 100 {
		start := time.Now()
		must(t, l.Lock(soon(t)))
		most = max(most, time.Since(start))
		must(t, l.Unlock())
	}
	close(stop)
	wg.Wait()
	t.Logf("longest wait of a writer %v", most)
}

func init() {
	arenatest.Register("die with a rwlock", func(args []string) error {
		a, err := arena.Join(args[0])
		if err != nil {
			return err
		}
		var off arena.Offset
		fmt.Sscan(args[1], &off)
		l, err := sync.RWLockAt(a, off)
		if err != nil {
			return err
		}
		if args[2] == "read" {
			return errors.Join(l.RLock(bg), l.RLock(bg))
		}
		return l.Lock(bg)
	})
}

func diesWith(t *testing.T, a *arena.Arena, l *sync.RWLock, how string) {
	t.Helper()
	if out, err := arenatest.Command(t, "die with a rwlock", a.Name(), fmt.Sprint(l.Offset()), how).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

func TestRWLockDeaths(t *testing.T) {
	a := arenatest.New(t)
	l := newRW(t, a)
	diesWith(t, a, l, "read")
	start := time.Now()
	must(t, l.Lock(soon(t)), l.Unlock())
	t.Logf("a dead reader is gone after %v", time.Since(start))
	diesWith(t, a, l, "read")
	if got, err := l.TryLock(); !got || err != nil {
		t.Errorf("beside a dead reader: %v, %v", got, err)
	}
	must(t, l.Unlock())

	diesWith(t, a, l, "write")
	err := l.RLock(soon(t)) // readers are told until it is repaired
	want(t, "reader after a dead writer", err, sync.ErrOwnerDied)
	got, err := l.TryRLock()
	if want(t, "another", err, sync.ErrOwnerDied); !got {
		t.Error("not held")
	}
	must(t, l.RUnlock(), l.RUnlock())
	want(t, "writer after a dead writer", l.Lock(soon(t)), sync.ErrOwnerDied)
	must(t, l.Recovered(), l.Unlock(), l.RLock(bg), l.RUnlock())

	diesWith(t, a, l, "write")
	want(t, "writer", l.Lock(soon(t)), sync.ErrOwnerDied)
	must(t, l.Unlock())
	want(t, "lock", l.Lock(bg), sync.ErrNotRecoverable)
	want(t, "read lock", l.RLock(bg), sync.ErrNotRecoverable)
	_, err = l.TryRLock()
	want(t, "try", err, sync.ErrNotRecoverable)
}

package sync_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	gosync "sync"
	"testing"
	"time"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/internal/layout"
	"usarena/sync"
)

// busy is an arena in which every blocking call of one user waits for another.
type busy struct {
	a     *arena.Arena
	offs  []arena.Offset // objects
	calls map[string]func(context.Context) error
	free  func() // ends what the calls wait for
}

func newBusy(t *testing.T) *busy {
	t.Helper()
	a := arenatest.New(t)
	b := second(t, a)
	x := &busy{a: a, calls: map[string]func(context.Context) error{}}
	theirs, mine := newLock(t, a), newLock(t, a)
	holder, err := sync.LockAt(b, theirs.Offset())
	must(t, err, holder.Lock(bg), mine.Lock(bg))
	s, u := newSema(t, a, 0), newSema(t, a, 0, sync.Undo)
	bar, c, around := newBarrier(t, a), newCondition(t, a), newLock(t, a)
	written, drained := newRW(t, a), newRW(t, a)
	writer, err := sync.RWLockAt(b, written.Offset())
	must(t, err, writer.Lock(bg))
	reader, err := sync.RWLockAt(b, drained.Offset())
	must(t, err, reader.RLock(bg))
	setting, set := make(chan bool), make(chan error)
	go func() {
		_, err := sync.Setup(bg, b, func(*made) error { setting <- true; <-setting; return errors.New("not yet") })
		set <- err
	}()
	<-setting
	x.calls["lock of another"] = theirs.Lock
	x.calls["lock of this process"] = mine.Lock
	x.calls["p"], x.calls["p with undo"] = s.P, u.P
	x.calls["barrier"] = func(ctx context.Context) error { return bar.Wait(ctx, 100) }
	x.calls["read lock"], x.calls["write lock"], x.calls["drain"] = written.RLock, written.Lock, drained.Lock
	x.calls["condition"] = func(ctx context.Context) error {
		if err := around.Lock(bg); err != nil {
			return err
		}
		err := c.Wait(ctx, around)
		return errors.Join(err, around.Unlock()) // held in every case
	}
	x.calls["setup"] = func(ctx context.Context) error {
		_, err := sync.Setup(ctx, a, func(*made) error { return errors.New("ran") })
		return err
	}
	for _, o := range []interface{ Offset() arena.Offset }{theirs, mine, s, u, bar, c, around, written, drained} {
		x.offs = append(x.offs, o.Offset())
	}
	x.free = func() {
		setting <- true
		<-set
		must(t, holder.Unlock(), mine.Unlock(), s.V(), u.V(), writer.Unlock(), reader.RUnlock())
		must(t, theirs.Lock(soon(t)), theirs.Unlock(), mine.Lock(soon(t)), mine.Unlock(), s.P(soon(t)), u.P(soon(t)))
		must(t, written.Lock(soon(t)), written.Unlock(), drained.Lock(soon(t)), drained.Unlock(), around.Lock(soon(t)), around.Unlock(), bar.Wait(soon(t), 1))
	}
	return x
}

// nothingLeft holds that nobody of a's waits, and that objects count no sleepers.
func (x *busy) nothingLeft(t *testing.T, what string, goroutines int) {
	t.Helper()
	for _, u := range x.a.Users() {
		if len(u.WaitsFor) > 0 {
			t.Errorf("%s: still waits: %v", what, u.WaitsFor)
		}
	}
	for _, off := range x.offs {
		if n := layout.Sleepers(object(t, x.a, off).Waiters.Load()); n != 0 {
			t.Errorf("%s: the object at %#x counts %d sleepers", what, off, n)
		}
	}
	for start := time.Now(); runtime.NumGoroutine() > goroutines; time.Sleep(time.Millisecond) {
		if time.Since(start) > 10*time.Second { // the watchman stays for a quantum
			b := make([]byte, 1<<16)
			t.Fatalf("%s: %d goroutines, there were %d:\n%s", what, runtime.NumGoroutine(), goroutines, b[:runtime.Stack(b, true)])
		}
	}
}

// Every blocking call returns when its context ends, and nothing of it is left:
// the front of the queue and those behind it, by cancel and by deadline. How long
// it takes is told; the test only has patience.
func TestContextsEndWaits(t *testing.T) {
	x := newBusy(t)
	const queue, rounds = 3, 8
	for name, call := range x.calls {
		goroutines := runtime.NumGoroutine()
		var took []time.Duration
		for round := range rounds {
			begin, wanted := context.WithCancel, context.Canceled
			if round%2 == 1 {
				wanted = context.DeadlineExceeded
				begin = func(ctx context.Context) (context.Context, context.CancelFunc) {
					return context.WithTimeout(ctx, 5*time.Millisecond)
				}
			}
			ctx, cancel := begin(bg)
			var wg gosync.WaitGroup
			ended := make(chan time.Time, queue)
			for range queue {
				wg.Go(func() {
					if err := call(ctx); !errors.Is(err, wanted) {
						t.Errorf("%s: %v, want %v", name, err, wanted)
					}
					ended <- time.Now()
				})
			}
			if round%2 == 0 {
				time.Sleep(time.Duration(round) * 2 * time.Millisecond) // spinning, in Go, in the kernel
			}
			start := time.Now()
			if round%2 == 0 {
				cancel()
			}
			wg.Wait()
			if deadline, ok := ctx.Deadline(); ok {
				start = deadline
			}
			for range queue {
				took = append(took, (<-ended).Sub(start))
			}
			cancel()
		}
		slices.Sort(took)
		t.Logf("%-21s returned after the end of its context: median %v, longest %v of %d", name, took[len(took)/2], took[len(took)-1], len(took))
		x.nothingLeft(t, name, goroutines)
	}
	x.free()
}

// A context that is over already ends a call before it takes or counts anything.
func TestDoneContexts(t *testing.T) {
	x := newBusy(t)
	done, cancel := context.WithCancel(bg)
	cancel()
	for name, call := range x.calls {
		want(t, name, call(done), context.Canceled)
	}
	x.nothingLeft(t, "done", 1<<30)
	x.free()
	goroutines := runtime.NumGoroutine()
	for name, call := range x.calls { // now that nothing is in the way
		if name != "setup" { // which looks first whether there is anything to wait for
			want(t, name+", free", call(done), context.Canceled)
		}
	}
	x.nothingLeft(t, "done and free", goroutines)
}

package sync_test

import (
	"context"
	"fmt"
	gosync "sync"
	"sync/atomic"
	"testing"
	"time"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/sync"
)

func newBarrier(t *testing.T, a *arena.Arena) *sync.Barrier {
	t.Helper()
	b, err := sync.NewBarrier(a)
	must(t, err)
	return b
}

// Nobody passes before all have come, the barrier is used again at once, and by
// another number each time.
func TestBarrier(t *testing.T) {
	a := arenatest.New(t)
	b := newBarrier(t, a)
	other, err := sync.BarrierAt(second(t, a), b.Offset())
	must(t, err)
	want(t, "0 parties", b.Wait(bg, 0), arena.ErrInvalid)
	must(t, b.Wait(bg, 1))
	for n := uint32(2); n <= 8; n += 3 {
		var arrived, passed atomic.Uint32
		var wg gosync.WaitGroup
		for i := range int(n) {
			at := []*sync.Barrier{b, other}[i%2]
			wg.Go(func() {
				for round := range uint32(500) {
					arrived.Add(1)
					if err := at.Wait(soon(t), n); err != nil {
						t.Error(err)
						return
					}
					if got := arrived.Load(); got < (round+1)*n {
						t.Errorf("round %d: passed after %d arrivals", round, got)
					}
					passed.Add(1)
				}
			})
		}
		wg.Wait()
		if passed.Load() != 500*n {
			t.Errorf("%d passed, want %d", passed.Load(), 500*n)
		}
	}
}

func TestBarrierTakesBack(t *testing.T) {
	a := arenatest.New(t)
	b := newBarrier(t, a)
	done, cancel := context.WithCancel(bg)
	cancel()
	want(t, "done", b.Wait(done, 1), context.Canceled)
	took, err := after(t, func(ctx context.Context) error { return b.Wait(ctx, 2) })
	want(t, "wait", err, context.Canceled)
	t.Logf("returned %v after the end", took)
	_, err = after(t, func(ctx context.Context) error { return b.Wait(ctx, 2) }) // the other one's arrival is gone
	want(t, "wait", err, context.Canceled)
}

func init() {
	arenatest.Register("wait at a barrier", func(args []string) error {
		a, err := arena.Join(args[0])
		if err != nil {
			return err
		}
		var off arena.Offset
		fmt.Sscan(args[1], &off)
		b, err := sync.BarrierAt(a, off)
		if err != nil {
			return err
		}
		fmt.Println("here")
		return b.Wait(bg, 3)
	})
}

func TestBarrierBreaks(t *testing.T) {
	a := arenatest.New(t)
	b := newBarrier(t, a)
	party := arenatest.Command(t, "wait at a barrier", a.Name(), fmt.Sprint(b.Offset()))
	out, err := party.StdoutPipe()
	must(t, err, party.Start())
	_, err = out.Read(make([]byte, 5))
	must(t, err)
	got := make(chan error, 2)
	go func() { got <- b.Wait(soon(t), 3) }()
	time.Sleep(30 * time.Millisecond)
	must(t, party.Process.Kill())
	party.Wait()
	start := time.Now()
	want(t, "waiter", <-got, sync.ErrBroken)
	t.Logf("told %v after the end", time.Since(start))
	want(t, "later", b.Wait(soon(t), 3), sync.ErrBroken)
	must(t, b.Reset())
	for range 2 {
		go func() { got <- b.Wait(soon(t), 2) }()
	}
	must(t, <-got, <-got)
}

// A party of a phase that was reset does not pass, however late it looks.
func TestBarrierReset(t *testing.T) {
	a := arenatest.New(t)
	b := newBarrier(t, a)
	got := make(chan error, 1)
	for range 50 {
		go func() { got <- b.Wait(soon(t), 2) }()
		var err error
		for waits := true; waits; { // until a reset finds it waiting
			must(t, b.Reset())
			select {
			case err = <-got:
				waits = false
			case <-time.After(time.Millisecond):
			}
		}
		want(t, "waiter", err, sync.ErrBroken)
		must(t, b.Reset()) // told, and somebody has reset it since
	}
	must(t, b.Wait(bg, 1), b.Free())
	want(t, "freed", b.Wait(bg, 1), arena.ErrNotAllocated)
}

package sync_test

import (
	"context"
	"errors"
	"math/rand/v2"
	gosync "sync"
	"sync/atomic"
	"testing"
	"time"

	"usarena/arena/arenatest"
	"usarena/internal/layout"
	"usarena/sync"
)

// soonTired is a context that ends after up to most.
func soonTired(rnd *rand.Rand, most time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(bg, time.Duration(rnd.Int64N(int64(most))))
}

// Goroutines of two users that give up all the time take no wake-up with them:
// whoever does not give up gets its turn, however few units there are.
func TestGivingUp(t *testing.T) {
	a := arenatest.New(t)
	b := second(t, a)
	rw, undo := newRW(t, a), newSema(t, a, 1, sync.Undo)
	rw2, err := sync.RWLockAt(b, rw.Offset())
	must(t, err)
	undo2, err := sync.SemaAt(b, undo.Offset())
	must(t, err)
	type pair struct {
		take func(context.Context) error
		give func() error
	}
	for name, pairs := range map[string][]pair{
		"undo":    {{undo.P, undo.V}, {undo2.P, undo2.V}},
		"writers": {{rw.Lock, rw.Unlock}, {rw2.Lock, rw2.Unlock}},
		"both":    {{rw.Lock, rw.Unlock}, {rw2.RLock, rw2.RUnlock}, {rw.RLock, rw.RUnlock}, {rw2.Lock, rw2.Unlock}},
	} {
		var wg gosync.WaitGroup
		var longest, gaveUp atomic.Int64
		for i := range 8 {
			p := pairs[i%len(pairs)]
			wg.Go(func() {
				rnd := rand.New(rand.NewPCG(uint64(i), 1))
				for range 200 {
					if i < 4 {
						ctx, cancel := soonTired(rnd, 300*time.Microsecond)
						if p.take(ctx) == nil {
							time.Sleep(20 * time.Microsecond) // so that others wait
							must(t, p.give())
						} else {
							gaveUp.Add(1)
						}
						cancel()
						continue
					}
					start := time.Now()
					if err := p.take(soon(t)); err != nil {
						t.Errorf("%s: %v", name, err)
						return
					}
					if took := int64(time.Since(start)); took > longest.Load() {
						longest.Store(took)
					}
					time.Sleep(20 * time.Microsecond)
					must(t, p.give())
				}
			})
		}
		wg.Wait()
		if gaveUp.Load() == 0 {
			t.Errorf("%s: nobody gave up", name)
		}
		t.Logf("%s: %d gave up, the longest wait of the others was %v", name, gaveUp.Load(), time.Duration(longest.Load()))
	}
	if v, err := undo.Value(); v != 1 || err != nil {
		t.Errorf("%d units, %v", v, err)
	}
	must(t, rw.Lock(soon(t)), rw.Unlock())
}

// Parties that give up take their arrival back: as many pass as the barrier lets
// pass, and in the end nobody has arrived.
func TestBarrierGivingUp(t *testing.T) {
	const parties = 5
	a := arenatest.New(t)
	bar := newBarrier(t, a)
	bar2, err := sync.BarrierAt(second(t, a), bar.Offset())
	must(t, err)
	var passed, gaveUp atomic.Int64
	var wg gosync.WaitGroup
	for i := range 6 {
		at := []*sync.Barrier{bar, bar2}[i%2]
		wg.Go(func() {
			rnd := rand.New(rand.NewPCG(uint64(i), 2))
			for range 400 {
				ctx, cancel := soonTired(rnd, 400*time.Microsecond)
				switch err := at.Wait(ctx, parties); {
				case err == nil:
					passed.Add(1)
				case errors.Is(err, context.DeadlineExceeded):
					gaveUp.Add(1)
				default:
					t.Error(err)
				}
				cancel()
			}
		})
	}
	wg.Wait()
	w := layout.BarrierWord(object(t, a, bar.Offset()).Word.Load())
	if n := passed.Load(); n != int64(w.Phase())*parties || w.Count() != 0 || w.Broken() {
		t.Errorf("%d passed in %d phases, %d are still there", n, w.Phase(), w.Count())
	}
	if passed.Load() == 0 || gaveUp.Load() == 0 {
		t.Error("nobody passed, or nobody gave up")
	}
	t.Logf("%d passed, %d gave up", passed.Load(), gaveUp.Load())
}

// Units that are signalled reach somebody though most that wait give up.
func TestConditionGivingUp(t *testing.T) {
	a := arenatest.New(t)
	b := second(t, a)
	l, c := newLock(t, a), newCondition(t, a)
	l2, err := sync.LockAt(b, l.Offset())
	must(t, err)
	c2, err := sync.ConditionAt(b, c.Offset())
	must(t, err)
	const each = 300
	var here, taken, gaveUp atomic.Int64 // for the race detector, which sees two locks
	var wg gosync.WaitGroup
	for i := range 6 {
		l, c := []*sync.Lock{l, l2}[i%2], []*sync.Condition{c, c2}[i%2]
		patient := i < 2
		wg.Go(func() {
			rnd := rand.New(rand.NewPCG(uint64(i), 3))
			for taken.Load() < each {
				ctx, cancel := soonTired(rnd, 300*time.Microsecond)
				if patient {
					ctx = soon(t)
				}
				must(t, l.Lock(bg))
				for here.Load() == 0 && taken.Load() < each {
					if err := c.Wait(ctx, l); err != nil {
						if patient {
							t.Error(err)
						}
						gaveUp.Add(1)
						break
					}
				}
				if here.Load() > 0 {
					here.Add(-1)
					taken.Add(1)
				}
				if taken.Load() == each {
					must(t, c.Broadcast())
				}
				must(t, l.Unlock())
				cancel()
			}
		})
	}
	for range each {
		time.Sleep(50 * time.Microsecond)
		must(t, l.Lock(bg))
		here.Add(1)
		must(t, l.Unlock(), c2.Signal())
	}
	wg.Wait()
	if here.Load() != 0 || taken.Load() != each {
		t.Errorf("%d left, %d taken", here.Load(), taken.Load())
	}
	t.Logf("%d gave up", gaveUp.Load())
}

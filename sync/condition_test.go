package sync_test

import (
	"context"
	gosync "sync"
	"sync/atomic"
	"testing"
	"time"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/sync"
)

func newCondition(t *testing.T, a *arena.Arena) *sync.Condition {
	t.Helper()
	c, err := sync.NewCondition(a)
	must(t, err)
	return c
}

func TestCondition(t *testing.T) {
	a := arenatest.New(t)
	b := second(t, a)
	l, c := newLock(t, a), newCondition(t, a)
	l2, err := sync.LockAt(b, l.Offset())
	must(t, err)
	c2, err := sync.ConditionAt(b, c.Offset())
	must(t, err)
	var queue, sum atomic.Int64 // for the race detector, which sees two locks here
	var wg gosync.WaitGroup
	const each, makers = 2000, 3
	for i := range 2 * makers {
		l, c := []*sync.Lock{l, l2}[i%2], []*sync.Condition{c, c2}[i%2]
		wg.Go(func() {
			for range each {
				must(t, l.Lock(soon(t)))
				if i < makers {
					queue.Store(queue.Load() + 1)
				} else {
					for queue.Load() == 0 {
						must(t, c.Wait(soon(t), l))
					}
					queue.Store(queue.Load() - 1)
					sum.Store(sum.Load() + 1)
				}
				must(t, l.Unlock())
				if i < makers {
					must(t, c.Signal())
				}
			}
		})
	}
	wg.Wait()
	if queue.Load() != 0 || sum.Load() != each*makers {
		t.Errorf("%d left, %d taken", queue.Load(), sum.Load())
	}
}

func TestBroadcast(t *testing.T) {
	a := arenatest.New(t)
	l, c := newLock(t, a), newCondition(t, a)
	open, here := false, 0
	var wg gosync.WaitGroup
	for range 10 {
		wg.Go(func() {
			must(t, l.Lock(soon(t)))
			here++
			for !open {
				must(t, c.Wait(soon(t), l))
			}
			must(t, l.Unlock())
		})
	}
	for {
		must(t, l.Lock(bg))
		n := here
		must(t, l.Unlock())
		if n == 10 {
			break
		}
		time.Sleep(time.Millisecond)
	}
	must(t, l.Lock(bg))
	open = true
	must(t, l.Unlock(), c.Broadcast())
	wg.Wait()
}

// Whatever ends a wait, the lock is held afterwards.
func TestConditionContext(t *testing.T) {
	a := arenatest.New(t)
	l, c := newLock(t, a), newCondition(t, a)
	want(t, "without the lock", c.Wait(bg, l), sync.ErrNotLocked)
	must(t, l.Lock(bg))
	took, err := after(t, func(ctx context.Context) error { return c.Wait(ctx, l) })
	want(t, "wait", err, context.Canceled)
	t.Logf("returned %v after the end", took)
	must(t, l.Unlock())
	foreign := newLock(t, arenatest.New(t))
	want(t, "a lock of another arena", c.Wait(bg, foreign), arena.ErrInvalid)
	must(t, c.Free())
	want(t, "freed", c.Signal(), arena.ErrNotAllocated)
}

package alloc_test

import (
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"usarena/alloc"
	"usarena/internal/layout"
)

// A process that allocates once keeps nothing from others and has no timer. The second
// time it has a heap, which is emptied when it lies idle.
func TestIdle(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // one heap
	for _, bytes := range []uint64{64, 1000, 100_000} {
		h := create(t, 16<<20)
		r := h.Region()
		r.User(2).Word.Store(layout.UserWord(layout.UserLive, 1))
		var looks atomic.Int32
		x := alloc.Attach(alloc.Attachment{Region: r, Slot: 2, Gen: 1, Idle: func() { looks.Add(1) }})
		owned := func(off uint64) bool {
			page, _ := r.Page(off)
			s := r.Load(page)
			return s.Kind() == layout.Span && s&layout.Owned != 0
		}
		first := malloc(t, x, bytes)
		time.Sleep(250 * time.Millisecond)
		if owned(first) || looks.Load() > 0 {
			t.Errorf("after one malloc of %d bytes: a span is kept: %v; the timer has looked %d times", bytes, owned(first), looks.Load())
		}
		second := malloc(t, x, 64)
		if !owned(second) {
			t.Errorf("no span is kept after a second malloc")
		}
		for since := time.Now(); owned(second) && time.Since(since) < 10*time.Second; {
			time.Sleep(time.Millisecond)
		}
		if owned(second) || looks.Load() == 0 {
			t.Errorf("idle: a span is kept: %v; the timer has looked %d times", owned(second), looks.Load())
		}
		free(t, x, first)
		free(t, x, second)
		if err := x.Close(); err != nil {
			t.Error(err)
		}
		r.User(2).Word.Store(layout.UserWord(layout.UserFree, 1))
		wantEmpty(t, h)
	}
}

// Heaps are taken from processors, the caller's own without a barrier and the others,
// while goroutines are in them.
func TestTrimBesides(t *testing.T) {
	h := create(t, 32<<20)
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			rnd := rand.New(rand.NewPCG(uint64(g), 7))
			var live []uint64
			for range 100_000 {
				switch n := rnd.IntN(256); {
				case n == 0:
					h.Trim()
				case n < 128 || len(live) == 0:
					off, err := h.Malloc(16 + rnd.Uint64N(500))
					if err != nil {
						t.Error(err)
						return
					}
					live = append(live, off)
				default:
					i := rnd.IntN(len(live))
					if err := h.Free(live[i]); err != nil {
						t.Error(err)
						return
					}
					live[i] = live[len(live)-1]
					live = live[:len(live)-1]
				}
			}
			for _, off := range live {
				if err := h.Free(off); err != nil {
					t.Error(err)
				}
			}
		}()
	}
	wg.Wait()
	wantEmpty(t, h)
}

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

// A process that allocates once has no timer. One more span, of whatever class, a large
// block or a second processor's heap, and what lies idle is given up.
func TestIdle(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // one heap
	for _, more := range []struct {
		name  string
		bytes uint64 // of the second block; 0: there is none
	}{{"first span", 0}, {"second span", 1000}, {"large block", 100_000}} {
		t.Run(more.name, func(t *testing.T) {
			h := create(t, 16<<20)
			r := h.Region()
			r.User(2).Word.Store(layout.UserWord(layout.UserLive, 1))
			var looks atomic.Int32
			x := alloc.Attach(alloc.Attachment{Region: r, Slot: 2, Gen: 1, Idle: func() { looks.Add(1) }})
			first, err := x.Malloc(64)
			if err != nil {
				t.Fatal(err)
			}
			page, _ := r.Page(first)
			owned := func() bool { return r.Load(page)&layout.Owned != 0 }
			second := uint64(0)
			if more.bytes > 0 {
				if second, err = x.Malloc(more.bytes); err != nil {
					t.Fatal(err)
				}
				for first := time.Now(); owned() && time.Since(first) < 10*time.Second; {
					time.Sleep(time.Millisecond)
				}
			} else {
				time.Sleep(300 * time.Millisecond)
			}
			if got, want := looks.Load() > 0, more.bytes > 0; got != want {
				t.Errorf("the timer has looked: %v, want %v", got, want)
			}
			if got, want := owned(), more.bytes == 0; got != want {
				t.Errorf("the heap still has the first span: %v, want %v", got, want)
			}
			free(t, x, first)
			if second != 0 {
				free(t, x, second)
			}
			if err := x.Close(); err != nil {
				t.Error(err)
			}
			r.User(2).Word.Store(layout.UserWord(layout.UserFree, 1))
			wantEmpty(t, h)
		})
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

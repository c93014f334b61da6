package region_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"usarena/internal/region"
)

const all = ^uint32(0)

// each runs a test on a mapping in one piece and on one with a window, which lies
// in pieces.
func each(t *testing.T, f func(t *testing.T, r *region.Region)) {
	for _, window := range []uint64{0, 512} {
		t.Run(fmt.Sprintf("window=%d", window), func(t *testing.T) { f(t, mapped(t, window)) })
	}
}

// until waits for what another goroutine does.
func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s did not happen within a minute", what)
		}
	}
}

// Goroutines change words without a break while the region is closed under them.
func TestBuried(t *testing.T) {
	each(t, func(t *testing.T, r *region.Region) {
		const page, hammers = 3, 2
		at := addresses(r)
		var stop atomic.Bool
		var taken, missed [hammers]atomic.Uint64
		done := make(chan struct{}, hammers)
		words := [hammers]*atomic.Uint32{word(r, page, 0), word(r, page, 1023)}
		for i, w := range words {
			go func() {
				for !stop.Load() {
					if w.CompareAndSwap(0, 1) {
						w.CompareAndSwap(1, 0)
						taken[i].Add(1)
					} else {
						missed[i].Add(1)
					}
				}
				done <- struct{}{}
			}()
		}
		sum := func(n *[hammers]atomic.Uint64) func() bool {
			from := [hammers]uint64{n[0].Load(), n[1].Load()}
			return func() bool { return n[0].Load() > from[0]+100 && n[1].Load() > from[1]+100 }
		}
		until(t, "a change before", sum(&taken))
		_, release, err := r.Bury([]uint64{r.OffsetOf(page)})
		if err != nil {
			t.Error(err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		until(t, "a try after", sum(&missed))
		stop.Store(true)
		for range hammers {
			<-done
		}
		for i, w := range words {
			if got := w.Load(); got != all {
				t.Errorf("word %d is %#x, want ones", i, got)
			}
		}
		wantLeft(t, at, tomb, page)
		release()
		wantLeft(t, at, other)
		release() // does nothing: what is there by now is somebody else's
	})
}

// Pages side by side, twice the same, and what is no page of the window.
func TestBuriedRows(t *testing.T) {
	each(t, func(t *testing.T, r *region.Region) {
		at := addresses(r)
		in := []int{0, 3, 4, 5, 7, exist - 1}
		for _, page := range in {
			word(r, uint64(page), 9).Store(uint32(100 + page))
		}
		g := r.Geo
		moved, release, err := r.Bury([]uint64{
			r.OffsetOf(7), r.OffsetOf(4), r.OffsetOf(3), r.OffsetOf(5) + 64, r.OffsetOf(4) + 4095, r.OffsetOf(0), r.OffsetOf(exist - 1),
			0, g.StatesOff, g.DataOff - 1, r.OffsetOf(r.Window), r.OffsetOf(g.MaxPages), 1 << 63, ^uint64(0),
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(release)
		if len(moved) != len(in) {
			t.Fatalf("%d pages moved, want %d: %+v", len(moved), len(in), moved)
		}
		for i, m := range moved {
			page := uint64(in[i])
			if m.Off != r.OffsetOf(page) {
				t.Errorf("page %d: offset %#x, want %#x", page, m.Off, r.OffsetOf(page))
			}
			if got := wordBehind(m.At, 9).Load(); got != uint32(100+page) {
				t.Errorf("page %d, where it was moved to, holds %d", page, got)
			}
			if a, b := word(r, page, 0).Load(), word(r, page, 1023).Load(); a != all || b != all {
				t.Errorf("page %d holds %#x and %#x where it was, want ones", page, a, b)
			}
		}
		if got := word(r, 6, 0).Load(); got != 0 {
			t.Errorf("page 6, which was not buried, holds %#x", got)
		}
		twin := addressOf(wordAt(moved[1].At))
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		wantLeft(t, at, tomb, in...)
		if lies(t, twin) == shared {
			t.Error("the moved page is still mapped")
		}
		release()
		wantLeft(t, at, other)
	})
}

// A page that the arena does not have any more, as its header says by now, is
// replaced all the same.
func TestBuriedBeyondTheEnd(t *testing.T) {
	each(t, func(t *testing.T, r *region.Region) {
		at := addresses(r)
		w := word(r, 2, 0)
		r.Header().Committed.Store(1)
		_, release, err := r.Bury([]uint64{r.OffsetOf(2), r.OffsetOf(exist + 1)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(release)
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		if w.Load() != all {
			t.Errorf("the word is %#x, want ones", w.Load())
		}
		wantLeft(t, at, tomb, 2)
	})
}

// A page that cannot be moved is replaced and stays; the others are as always.
func TestBuriedWithoutTwin(t *testing.T) {
	each(t, func(t *testing.T, r *region.Region) {
		at := addresses(r)
		w := word(r, 3, 0)
		misplace(t, w)
		moved, release, err := r.Bury([]uint64{r.OffsetOf(1), r.OffsetOf(3), r.OffsetOf(5)})
		if err == nil {
			t.Error("no error")
		}
		t.Cleanup(release)
		if len(moved) != 2 || moved[0].Off != r.OffsetOf(1) || moved[1].Off != r.OffsetOf(5) {
			t.Errorf("moved %+v", moved)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		wantLeft(t, at, tomb, 1, 3, 5)
		if w.Load() != all {
			t.Errorf("the word is %#x, want ones", w.Load())
		}
		release()
		wantLeft(t, at, other)
	})
}

// Memory of the caller's is left alone.
func TestBuriedOver(t *testing.T) {
	r := ordinary(t)
	w := word(r, 3, 0)
	w.Store(7)
	moved, release, err := r.Bury([]uint64{r.OffsetOf(3)})
	if err != nil || len(moved) != 0 {
		t.Errorf("moved %+v, %v", moved, err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	release()
	if w.Load() != 7 {
		t.Errorf("the word is %#x", w.Load())
	}
}

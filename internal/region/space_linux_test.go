//go:build !race

// The race detector takes memory for itself at any time and ends the process
// when there is none.

package region_test

import (
	"fmt"
	"os"
	"runtime/debug"
	"testing"

	"golang.org/x/sys/unix"

	"usarena/internal/layout"
	"usarena/internal/region"
)

// Where no page can be had at all, pages stay as they are until release.
func TestBuriedWithoutSpace(t *testing.T) {
	each(t, func(t *testing.T, r *region.Region) {
		at := addresses(r)
		w := word(r, 3, 0)
		var moved []region.Moved
		var release func()
		var err error
		withoutSpace(t, func() { moved, release, err = r.Bury([]uint64{r.OffsetOf(3), r.OffsetOf(4)}) })
		t.Cleanup(release)
		if err == nil || len(moved) != 0 {
			t.Errorf("moved %+v, %v", moved, err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		wantLeft(t, at, shared, 3, 4)
		if !w.CompareAndSwap(0, 1) || w.Load() != 1 {
			t.Errorf("the word is %#x", w.Load())
		}
		release()
		wantLeft(t, at, other)
	})
}

// withoutSpace runs f in a process that may map no page more than it has.
func withoutSpace(t *testing.T, f func()) {
	t.Helper()
	var old unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_AS, &old); err != nil {
		t.Fatal(err)
	}
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // Go should not want any meanwhile
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	var pages uint64
	fmt.Sscan(string(text), &pages)
	now := old
	now.Cur = pages * layout.PageSize
	defer unix.Setrlimit(unix.RLIMIT_AS, &old)
	if err := unix.Setrlimit(unix.RLIMIT_AS, &now); err != nil {
		t.Fatal(err)
	}
	f()
}

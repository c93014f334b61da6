package region_test

import (
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"usarena/internal/layout"
	"usarena/internal/region"
)

// mapped maps a fresh file of an arena with n pages of data.
func mapped(t *testing.T, n uint64) *region.Region {
	t.Helper()
	g, err := layout.Plan(64<<20, 8)
	if err != nil {
		t.Fatal(err)
	}
	fd, err := unix.MemfdCreate("usarena-test", unix.MFD_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	if err := unix.Ftruncate(fd, int64(g.FileSize(n))); err != nil {
		t.Fatal(err)
	}
	r, err := region.Map(fd, g, region.Options{Name: "test"})
	if err != nil {
		t.Fatal(err)
	}
	r.Header().Committed.Store(n)
	return r
}

// word is the first word of a page.
func word(r *region.Region, page uint64) *atomic.Uint32 {
	return wordAt(r.Pointer(r.OffsetOf(page), 4))
}

// TestBuried changes a word without a break while the region is closed under it.
func TestBuried(t *testing.T) {
	r := mapped(t, 8)
	w := word(r, 3)
	var stop atomic.Bool
	rounds, done := 0, make(chan struct{})
	go func() {
		defer close(done)
		for !stop.Load() {
			if w.CompareAndSwap(0, 1) {
				w.CompareAndSwap(1, 0)
			}
			rounds++
		}
	}()
	time.Sleep(5 * time.Millisecond)
	_, release, err := r.Bury([]uint64{r.OffsetOf(3), r.OffsetOf(3) + 64, r.OffsetOf(100000)})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(5 * time.Millisecond)
	stop.Store(true)
	<-done
	if got := w.Load(); got != ^uint32(0) {
		t.Errorf("the word is %#x, want ones", got)
	}
	if rounds == 0 {
		t.Error("nothing was tried")
	}
	at := addressOf(w)
	if !readable(t, at) || readable(t, at+layout.PageSize) || readable(t, at-layout.PageSize) {
		t.Error("the page of ones, and nothing but it, should be left")
	}
	release()
	if readable(t, at) {
		t.Error("the page of ones is still there")
	}
}

// readable says whether the address is in a mapping that may be read.
func readable(t *testing.T, at uintptr) bool {
	t.Helper()
	text, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if from, to, perms := parseMap(line); from <= at && at < to {
			return strings.HasPrefix(perms, "r")
		}
	}
	return false
}

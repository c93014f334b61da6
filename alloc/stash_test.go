package alloc_test

import (
	"runtime"
	"testing"

	"usarena/alloc"
	"usarena/internal/layout"
)

// oneHeap has every goroutine enter the same heap of a process.
func oneHeap(t *testing.T) {
	before := runtime.GOMAXPROCS(1)
	t.Cleanup(func() { runtime.GOMAXPROCS(before) })
}

// rememberSome allocates large blocks and frees them again.
func rememberSome(t *testing.T, h *alloc.Heap) (offs []uint64) {
	t.Helper()
	for range 6 {
		off, err := h.Malloc(64 << 10)
		if err != nil {
			t.Fatal(err)
		}
		offs = append(offs, off)
	}
	for _, off := range offs[:3] {
		free(t, h, off)
	}
	return offs
}

// A large block that was freed is allocated again as it was, is refused when it is
// freed twice, and serves whoever looks for pages in between.
func TestLargeBlockAgain(t *testing.T) {
	oneHeap(t)
	h := create(t, 64<<20)
	r := h.Region()
	offs := rememberSome(t, h)
	if s := r.Load((offs[2] - r.Geo.DataOff) >> layout.PageShift); s != layout.CleanRun(16) {
		t.Fatalf("a freed block's word is %#x, want that of a clean run", uint64(s))
	}
	if err := h.Free(offs[2]); err == nil {
		t.Error("a double free of a large block is no error")
	}
	if off, err := h.Malloc(63 << 10); err != nil || off != offs[2] {
		t.Errorf("the block freed last is at %#x, the next at %#x (%v)", offs[2], off, err)
	}
	h2 := open(t, h)
	var all []uint64
	for {
		off, err := h2.Malloc(1 << 20)
		if err != nil {
			break
		}
		all = append(all, off)
	}
	for {
		off, err := h2.Malloc(40 << 10)
		if err != nil {
			break
		}
		all = append(all, off)
	}
	taken := 0
	for _, off := range all {
		if off <= offs[1] && off+(40<<10) > offs[0] {
			taken++
		}
	}
	if taken == 0 {
		t.Error("nobody else gets pages that a heap remembers")
	}
	for _, off := range all {
		free(t, h2, off)
	}
	if off, err := h.Malloc(64 << 10); err != nil {
		t.Error("beside runs that were joined meanwhile: ", off, err)
	}
	if err := h2.Close(); err != nil {
		t.Error(err)
	}
}

// What a dead user's heap remembered counts as used until it is recovered.
func TestRecoveryCountsPages(t *testing.T) {
	oneHeap(t)
	h := create(t, 64<<20)
	r := h.Region()
	x := open(t, h)
	rememberSome(t, x)
	before := r.Header().UsedPages.Load()
	gen := layout.UserGen(r.User(2).Word.Load())
	alloc.RecoverUser(r, 2, gen, &buried{slot: 2}, layout.LockWord(1, layout.UserGen(r.User(1).Word.Load())), false)
	if after := r.Header().UsedPages.Load(); before-after != 3*16 {
		t.Errorf("%d pages are in use before a recovery, %d after; want 48 less", before, after)
	}
}

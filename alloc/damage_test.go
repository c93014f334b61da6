package alloc_test

import (
	"bytes"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"usarena/alloc"
	"usarena/internal/errs"
	"usarena/internal/layout"
)

// fenced is n bytes of memory behind which every access faults.
func fenced(t testing.TB, n int) []byte {
	t.Helper()
	b, err := unix.Mmap(-1, 0, n+layout.PageSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Munmap(b) })
	if err := unix.Mprotect(b[n:], unix.PROT_NONE); err != nil {
		t.Fatal(err)
	}
	return b[:n:n]
}

// damaged is a heap in memory that is fenced and need not be in order at the end.
func damaged(t testing.TB, n int) *alloc.Heap {
	t.Helper()
	h, err := alloc.Create(fenced(t, n), alloc.Settings{Users: 4})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Close() }) // before its memory goes
	return h
}

// truncated is a heap over the beginning of an arena, as far as it is committed.
func truncated(t testing.TB, pages uint64) *alloc.Heap {
	t.Helper()
	h := damaged(t, 6<<20)
	h.Region().Header().Committed.Store(pages)
	n := int(h.Region().Geo.FileSize(pages))
	part := fenced(t, n)
	copy(part, unsafe.Slice((*byte)(unsafe.Pointer(h.Region().Header())), n))
	x, err := alloc.Open(part)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	return x
}

// The class of a span that this process holds becomes one that does not exist.
func TestSpanChangesClass(t *testing.T) {
	h := damaged(t, 32<<20)
	var off uint64
	for range 2 { // the second time in a span that is kept
		off = malloc(t, h, 100)
		free(t, h, off)
	}
	head := h.Region().State((off - h.Region().Geo.DataOff) >> layout.PageShift)
	head.Or(127 << 6)
	h.Trim()
	if layout.State(head.Load()).Kind() != layout.Span {
		t.Error("a span was released though nobody knows how long it is")
	}
}

// A span that claims more pages than there are gives out no block beyond them.
func TestSpanReachesBeyondTheEnd(t *testing.T) {
	const size = 416
	c := layout.ClassOf(size)
	if layout.ClassTable[c].Pages < 2 {
		t.Fatal("a class of more than one page is wanted")
	}
	for _, n := range []int{128 << 10, 32 << 20} { // without and with heaps of its own
		h := damaged(t, n)
		r := h.Region()
		last := r.Geo.MaxPages - 1
		r.State(last).Store(uint64(layout.OwnedSpan(c, 0, 3, 9, 0).Disowned() | layout.Room))
		r.Lock(last >> r.Geo.RegionShift).Partial[c>>6].Or(1 << (c & 63))
		for range 30 {
			off, err := h.Calloc(1, size)
			if err != nil {
				t.Fatal(err)
			}
			if r.Pointer(off, size) == nil {
				t.Fatalf("block %#x is outside, the data ends at %#x", off, r.OffsetOf(last+1))
			}
		}
	}
}

// Runs that claim to be longer than the memory are met by whatever reads them.
func TestRunReachesBeyondTheMemory(t *testing.T) {
	const pages = 300
	h := truncated(t, pages)
	r := h.Region()
	r.State(256).Store(uint64(layout.FreeRun(34)))
	r.State(290).Store(uint64(layout.LargeRun(200, 0, 0)))
	if off, err := h.Realloc(r.OffsetOf(290), 100<<layout.PageShift); err == nil {
		h.Free(off)
	}
	h.Malloc(40 << layout.PageShift)

	h = truncated(t, pages)
	r = h.Region()
	r.State(256).Store(uint64(layout.FreeRun(43)))
	r.State(299).Store(uint64(layout.PendingRun(100)))
	for range 300 {
		if off, err := h.Malloc(1 << layout.PageShift); err == nil && r.Pointer(off, 1<<layout.PageShift) == nil {
			t.Fatalf("block %#x is outside", off)
		}
	}
}

// A user who sees only the beginning of a block cannot move it, and it stays.
func TestReallocAcrossTheWindow(t *testing.T) {
	h := create(t, 6<<20)
	narrow := open(t, h)
	narrow.Region().Window = 2 * h.Region().Geo.RegionPages()
	const first, n, more = 500 << layout.PageShift, 300 << layout.PageShift, 310 << layout.PageShift
	p, q := malloc(t, h, first), malloc(t, h, n)
	end := h.Region().OffsetOf(narrow.Region().Window)
	if q >= end || q+n <= end {
		t.Fatalf("the block at %#x does not reach across %#x", q, end)
	}
	mine := unsafe.Slice((*byte)(h.Region().Pointer(q, n)), n)
	copy(mine, bytes.Repeat([]byte("data"), n/4))
	free(t, h, p) // room enough for a copy
	_, err := narrow.Realloc(q, more)
	wantErr(t, "realloc", err, errs.OutsideWindow)
	_, err = narrow.Recalloc(q, 1, more)
	wantErr(t, "recalloc", err, errs.OutsideWindow)
	if size, err := h.BlockSize(q); err != nil || size != n || !bytes.Equal(mine, bytes.Repeat([]byte("data"), n/4)) {
		t.Errorf("the block did not stay as it was: size %d, %v", size, err)
	}
	free(t, narrow, q)
	wantEmpty(t, h, narrow)
}

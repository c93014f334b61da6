package alloc_test

import (
	"errors"
	"testing"

	"usarena/alloc"
	"usarena/internal/errs"
	"usarena/internal/layout"
)

// otherwise prepares two users: one frees what the other allocated, with or without a
// heap of its own.
func otherwise(t testing.TB, warm bool) (h, x *alloc.Heap) {
	h = create(t, 16<<20)
	x = open(t, h)
	for range 2 {
		off, err := h.Malloc(64)
		if err != nil {
			t.Fatal(err)
		}
		free(t, h, off)
		if !warm {
			continue
		}
		if off, err = x.Malloc(64); err != nil {
			t.Fatal(err)
		}
		free(t, x, off)
	}
	return h, x
}

// A block of another heap is freed once and by its first byte, or not at all.
func TestFreeOthers(t *testing.T) {
	for _, warm := range []bool{false, true} {
		for _, n := range []uint64{1, 100, 1000, 9000, 30_000} {
			h, x := otherwise(t, warm)
			off, err := h.Malloc(n)
			if err != nil {
				t.Fatal(err)
			}
			size, err := h.BlockSize(off)
			if err != nil {
				t.Fatal(err)
			}
			for _, at := range []uint64{1, 8, 16, size / 2, size - 1} {
				if at > 0 && at < size {
					if err := x.Free(off + at); !errors.Is(err, errs.NotAllocated) {
						t.Errorf("warm %v, %d bytes: free at byte %d: %v", warm, n, at, err)
					}
				}
			}
			if err := x.Free(off + size); err == nil {
				t.Errorf("warm %v, %d bytes: the next block, which is free, was freed", warm, n)
			}
			free(t, x, off)
			for _, again := range []*alloc.Heap{x, h, x} {
				if err := again.Free(off); !errors.Is(err, errs.DoubleFree) {
					t.Errorf("warm %v, %d bytes: freed twice: %v", warm, n, err)
				}
			}
			if err := x.Close(); err != nil {
				t.Error(err)
			}
			wantEmpty(t, h)
		}
	}
}

// The last blocks of a span that its owner has given up are freed by another's heap:
// its pages are free then, though nobody looks again.
func TestFreeOthersLast(t *testing.T) {
	for _, warm := range []bool{false, true} {
		h, x := otherwise(t, warm)
		x.Trim()
		h.Trim()
		var offs []uint64
		for range 500 {
			off, err := h.Malloc(200)
			if err != nil {
				t.Fatal(err)
			}
			offs = append(offs, off)
		}
		h.Trim()
		if warm {
			for range 2 {
				off, err := x.Malloc(2000)
				if err != nil {
					t.Fatal(err)
				}
				defer func() { free(t, h, off) }()
			}
		}
		for _, off := range offs {
			free(t, x, off)
		}
		for _, off := range offs {
			if page, _ := h.Region().Page(off); h.Region().Load(page).Kind() == layout.Span {
				t.Errorf("warm %v: page %d is still a span's", warm, page)
			}
		}
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	}
}

// Who only frees gets a heap, in which that takes a third of the time.
func BenchmarkFreeOthers(b *testing.B) {
	h, x := otherwise(b, false)
	offs := make([]uint64, 1000)
	for i := 0; i < b.N; i += len(offs) {
		b.StopTimer()
		for k := range offs {
			off, err := h.Malloc(64 + uint64(k*7919)%193)
			if err != nil {
				b.Fatal(err)
			}
			offs[k] = off
		}
		b.StartTimer()
		for _, off := range offs {
			free(b, x, off)
		}
	}
	b.StopTimer()
	if err := x.Close(); err != nil {
		b.Error(err)
	}
}

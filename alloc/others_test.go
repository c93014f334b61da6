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
		free(t, h, malloc(t, h, 64))
		if warm {
			free(t, x, malloc(t, x, 64))
		}
	}
	return h, x
}

// A block of another heap is freed once and by its first byte, or not at all.
func TestFreeOthers(t *testing.T) {
	for _, warm := range []bool{false, true} {
		for _, n := range []uint64{1, 100, 1000, 9000, 30_000} {
			h, x := otherwise(t, warm)
			off := malloc(t, h, n)
			size, err := h.BlockSize(off)
			if err != nil {
				t.Fatal(err)
			}
			for _, at := range []uint64{1, 8, 16, size / 2, size - 1} {
				if at < size {
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
			offs = append(offs, malloc(t, h, 200))
		}
		h.Trim()
		if warm {
			for range 2 {
				off := malloc(t, x, 2000)
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

// Who only frees gets a heap, in which that takes a quarter of the time.
func BenchmarkFreeOthers(b *testing.B) {
	h, x := otherwise(b, false)
	offs := make([]uint64, 1000)
	for i := 0; i < b.N; i += len(offs) {
		b.StopTimer()
		for k := range offs {
			offs[k] = malloc(b, h, 64+uint64(k*7919)%193)
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

package alloc_test

import (
	"errors"
	"testing"

	"usarena/alloc"
	"usarena/internal/errs"
)

func wantErr(t *testing.T, what string, got error, want ...error) {
	t.Helper()
	for _, w := range want {
		if errors.Is(got, w) {
			return
		}
	}
	t.Errorf("%s: %v, wanted %v", what, got, want)
}

// What is not the first byte of a live block is refused, and nothing changes.
func TestFreeRefuses(t *testing.T) {
	h := create(t, 32<<20)
	other := open(t, h)
	for _, n := range []uint64{0, 1, 16, 17, 100, 1000, 5000, 20000, 32 << 10, 32<<10 + 1, 1 << 20, 9 << 20} {
		keep, off := malloc(t, h, n), malloc(t, h, n)
		size, err := h.BlockSize(off)
		if err != nil || size < n {
			t.Fatalf("block of %d: size %d, %v", n, size, err)
		}
		for _, heap := range []*alloc.Heap{h, other} {
			for _, in := range []uint64{1, 8, 16, size / 2, size - 1, 4096} {
				if in > 0 && in < size {
					wantErr(t, "interior", heap.Free(off+in), errs.NotAllocated)
				}
			}
		}
		if _, err := h.BlockSize(off); err != nil {
			t.Fatal(err)
		}
		free(t, other, off)
		wantErr(t, "second free by another", other.Free(off), errs.DoubleFree)
		wantErr(t, "second free by the owner", h.Free(off), errs.DoubleFree)
		_, err = h.Realloc(off, 10)
		wantErr(t, "realloc of a free block", err, errs.DoubleFree)
		free(t, h, keep)
		wantErr(t, "second free", h.Free(keep), errs.DoubleFree, errs.NotAllocated)
	}
	data := h.Region().Geo.DataOff
	for _, off := range []uint64{1, 16, data - 16, data - 1, 1 << 40, ^uint64(0), data + 40<<20} {
		wantErr(t, "outside", h.Free(off), errs.NotAllocated)
	}
	if err := h.Free(0); err != nil {
		t.Error(err)
	}
	wantEmpty(t, h, other)
}

func TestArguments(t *testing.T) {
	h := create(t, 1<<20)
	_, err := h.Calloc(1<<40, 1<<40)
	wantErr(t, "calloc overflow", err, errs.NoSpace)
	_, err = h.Malloc(^uint64(0))
	wantErr(t, "malloc of everything", err, errs.NoSpace)
	for _, align := range []uint64{0, 3, 24, 4097} {
		_, err = h.Memalign(align, 8)
		wantErr(t, "memalign", err, errs.Invalid)
	}
	_, err = h.Memalign(1<<62, 8)
	wantErr(t, "memalign beyond the arena", err, errs.NoSpace)
	wantErr(t, "mallopt", h.Mallopt(99, 1), errs.Invalid)
	wantErr(t, "mallopt", h.Mallopt(alloc.BlkSz, 511), errs.Invalid)
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = h.Malloc(1)
	wantErr(t, "malloc", err, errs.Closed)
	wantErr(t, "free", h.Free(1<<16), errs.Closed)
	if err := h.Close(); err != nil {
		t.Error(err)
	}
}

func TestMemalign(t *testing.T) {
	h := create(t, 64<<20)
	var offs []uint64
	for align := uint64(1); align <= 2<<20; align *= 2 {
		for _, n := range []uint64{1, 100, 5000, 70000} {
			off, err := h.Memalign(align, n)
			if err != nil {
				t.Fatalf("memalign(%d, %d): %v", align, n, err)
			}
			if off%align != 0 {
				t.Errorf("memalign(%d, %d) gave %#x", align, n, off)
			}
			if size, err := h.BlockSize(off); err != nil || size < n {
				t.Errorf("memalign(%d, %d): size %d, %v", align, n, size, err)
			}
			offs = append(offs, off)
		}
	}
	wantClean(t, h)
	for _, off := range offs {
		free(t, h, off)
	}
	wantEmpty(t, h)
}

func TestClearOnFree(t *testing.T) {
	h := create(t, 1<<20)
	if err := h.Mallopt(alloc.ClrOnFree, 0xa5); err != nil {
		t.Fatal(err)
	}
	p := newPlayer(t, 1, nil)
	for _, n := range []uint64{100, 50000} {
		off, err := h.Malloc(n)
		if err != nil {
			t.Fatal(err)
		}
		b := p.bytes(h, off, n)
		clear(b)
		free(t, h, off)
		for i, v := range b {
			if v != 0xa5 {
				t.Fatalf("byte %d of %d is %#x after free", i, n, v)
			}
		}
	}
}

func TestCallocRecalloc(t *testing.T) {
	h := create(t, 4<<20)
	p := newPlayer(t, 1, nil)
	for _, n := range []uint64{3, 100, 2000, 40000, 200000} {
		for range 3 {
			off, err := h.Calloc(n, 3)
			if err != nil {
				t.Fatal(err)
			}
			grown, err := h.Recalloc(off, n*4, 3)
			if err != nil {
				t.Fatal(err)
			}
			b := p.bytes(h, grown, n*12)
			for i, v := range b {
				if v != 0 {
					t.Fatalf("byte %d is %#x", i, v)
				}
			}
			for i := range b {
				b[i] = 0xff
			}
			free(t, h, grown)
		}
	}
	wantEmpty(t, h)
}

// TestRefusedFreeChangesNothing: a free that is refused leaves the bits of the span
// as they are, whoever tries it. What it changed, even for a moment, could be a
// block that is being allocated.
func TestRefusedFreeChangesNothing(t *testing.T) {
	for what, n := range map[string]int{"tiny": 64 << 10, "large": 8 << 20} {
		h := create(t, n)
		other := open(t, h)
		off, err := h.Malloc(64)
		if err != nil {
			t.Fatal(err)
		}
		keep, err := h.Malloc(64)
		if err != nil {
			t.Fatal(err)
		}
		free(t, h, off)
		h.Trim() // collected
		page, _ := h.Region().Page(off)
		before := *h.Region().Bits(page)
		for _, x := range []*alloc.Heap{h, other} {
			wantErr(t, what, x.Free(off), errs.DoubleFree)
			wantErr(t, what, x.Free(off+16), errs.NotAllocated)
		}
		if after := *h.Region().Bits(page); after != before {
			t.Errorf("%s: bits %x became %x", what, before, after)
		}
		free(t, h, keep)
		if err := other.Close(); err != nil {
			t.Error(err)
		}
	}
}

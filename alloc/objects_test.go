package alloc_test

import (
	"errors"
	"testing"

	"usarena/alloc"
	"usarena/internal/errs"
	"usarena/internal/layout"
)

// A run of objects is zero, nobody's, and no block: whatever begins with a
// block's offset refuses it.
func TestObjectRuns(t *testing.T) {
	h := create(t, 1<<20)
	dirty, err := h.Malloc(300 << 10) // what objects are made of was used before
	if err != nil {
		t.Fatal(err)
	}
	r := h.Region()
	for off := dirty; off < dirty+300<<10; off += 8 {
		put(r, off, ^uint64(0))
	}
	free(t, h, dirty)
	var pages []uint64
	for _, class := range []int{0, 1, 3, 6, 8, 11} {
		page, err := h.NewObjects(class)
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, page)
		size, _ := layout.ObjectBytes(uint16(class))
		n := layout.ObjectPages(size)
		if s := r.Load(page); s != layout.ObjectRun(n, class) {
			t.Errorf("class %d: word %#x", class, uint64(s))
		}
		off := r.OffsetOf(page)
		for i := uint64(0); i < n<<layout.PageShift; i += 8 {
			if v := get(r, off+i); v != 0 {
				t.Fatalf("class %d: byte %d of a new run holds %#x", class, i, v)
			}
		}
		_, sizeErr := h.BlockSize(off)
		_, moveErr := h.Realloc(off, 10)
		_, clearErr := h.Recalloc(off, 10, 10)
		for what, err := range map[string]error{"free": h.Free(off), "size": sizeErr, "realloc": moveErr, "recalloc": clearErr, "free inside": h.Free(off + 64)} {
			if !errors.Is(err, errs.NotAllocated) {
				t.Errorf("class %d: %s: %v", class, what, err)
			}
		}
	}
	if got := alloc.ObjectRuns(r); len(got) != len(pages) {
		t.Errorf("found %v, made %v", got, pages)
	}
	seen := map[uint64]bool{}
	for at := r.Header().Objects.Load(); at != 0; at = r.Bits(at - 1).Hint {
		if seen[at] {
			t.Fatal("the chain of runs is a ring")
		}
		seen[at] = true
	}
	if len(seen) != len(pages) {
		t.Errorf("%d runs in the chain, %d made", len(seen), len(pages))
	}
	if _, err := h.NewObjects(40); !errors.Is(err, errs.Invalid) {
		t.Errorf("class 40: %v", err)
	}
	if _, err := h.NewObjects(14); !errors.Is(err, errs.NoSpace) {
		t.Errorf("a MiB in a MiB: %v", err)
	}

	// A death takes nothing of them, and tells where they are.
	r.User(2).Word.Store(layout.UserWord(layout.UserLive, 1))
	x := alloc.Attach(alloc.Attachment{Region: r, Slot: 2, Gen: 1})
	if _, err := x.NewObjects(0); err != nil {
		t.Fatal(err)
	}
	rec := alloc.RecoverUser(r, 2, 1, buried{slot: 2}, layout.LockWord(1, 1), true)
	if rec.Large != 0 || rec.Freed != 0 || len(rec.Objects) != len(pages)+1 {
		t.Errorf("recovered %+v", rec)
	}
	r.User(2).Word.Store(layout.UserWord(layout.UserFree, 1))
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := h.NewObjects(0); !errors.Is(err, errs.Closed) {
		t.Errorf("after Close: %v", err)
	}
	if got := alloc.ObjectRuns(r); len(got) != len(pages)+1 {
		t.Errorf("%d runs after Close", len(got))
	}
}

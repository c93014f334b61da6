package alloc_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"usarena/alloc"
	"usarena/internal/errs"
	"usarena/internal/layout"
	"usarena/internal/region"
)

// soil fills a block with ones and frees it: what objects are made of was used
// before.
func soil(t *testing.T, h *alloc.Heap, n uint64) {
	t.Helper()
	off, err := h.Malloc(n)
	if err != nil {
		t.Fatal(err)
	}
	for at := off; at < off+n; at += 8 {
		put(h.Region(), at, ^uint64(0))
	}
	free(t, h, off)
}

// newObjects makes a run and checks that it is what was asked for, and zero.
func newObjects(t *testing.T, h *alloc.Heap, class int) (page, n uint64) {
	t.Helper()
	page, err := h.NewObjects(class)
	if err != nil {
		t.Fatal(err)
	}
	size, _ := layout.ObjectBytes(uint16(class))
	n = layout.ObjectPages(size)
	if s := h.Region().Load(page); s != layout.ObjectRun(n, class) {
		t.Errorf("class %d: word %#x", class, uint64(s))
	}
	wantZero(t, h.Region(), page, n)
	return page, n
}

func wantZero(t *testing.T, r *region.Region, page, n uint64) {
	t.Helper()
	off := r.OffsetOf(page)
	for i := uint64(0); i < n<<layout.PageShift; i += 8 {
		if v := get(r, off+i); v != 0 {
			t.Fatalf("byte %d of the run of objects at page %d holds %#x", i, page, v)
		}
	}
}

// wantRefused tries all that begins with a block's offset, and wants nothing to
// have changed.
func wantRefused(t *testing.T, h *alloc.Heap, off layout.Offset, why string) {
	t.Helper()
	r := h.Region()
	page, _ := r.Page(off)
	state, used := r.Load(page), r.Header().UsedPages.Load()
	calls := map[string]func() error{
		"free":            func() error { return h.Free(off) },
		"block size":      func() error { _, err := h.BlockSize(off); return err },
		"realloc":         func() error { _, err := h.Realloc(off, 10); return err },
		"realloc to 0":    func() error { _, err := h.Realloc(off, 0); return err },
		"realloc to more": func() error { _, err := h.Realloc(off, 100_000); return err },
		"recalloc":        func() error { _, err := h.Recalloc(off, 10, 10); return err },
		"recalloc to 0":   func() error { _, err := h.Recalloc(off, 0, 10); return err },
	}
	for what, call := range calls {
		if err := call(); !errors.Is(err, errs.NotAllocated) || !strings.Contains(err.Error(), why) {
			t.Errorf("%s of %#x: %v, want one that says %q", what, off, err, why)
		}
	}
	if s := r.Load(page); s != state {
		t.Errorf("refused at %#x, and the word went from %#x to %#x", off, uint64(state), uint64(s))
	}
	if n := r.Header().UsedPages.Load(); n != used {
		t.Errorf("refused at %#x, and %d pages are used, before %d", off, n, used)
	}
}

// chain follows the runs from the newest on.
func chain(t *testing.T, r *region.Region) (pages []uint64) {
	t.Helper()
	seen := map[uint64]bool{}
	for at := r.Header().Objects.Load(); at != 0; at = r.Bits(at - 1)[0].Hint {
		if seen[at] {
			t.Fatal("the chain of runs is a ring")
		}
		seen[at] = true
		pages = append(pages, at-1)
	}
	return pages
}

const objectsOwn = "a Free of its own"

// A run of objects is zero, nobody's, and no block: whatever begins with a
// block's offset refuses it, also where options have freed blocks filled.
func TestObjectRuns(t *testing.T) {
	h := create(t, 1<<20)
	soil(t, h, 300<<10)
	r := h.Region()
	if err := h.Mallopt(alloc.ClrOnFree, 0x55); err != nil {
		t.Fatal(err)
	}
	if err := h.Mallopt(alloc.Debug, 1); err != nil {
		t.Fatal(err)
	}
	var pages []uint64
	for _, class := range []int{0, 1, 3, 6, 8, 11} {
		page, n := newObjects(t, h, class)
		pages = append(pages, page)
		wantRefused(t, h, r.OffsetOf(page), objectsOwn)
		wantRefused(t, h, r.OffsetOf(page)+layout.ObjectUnit, objectsOwn)
		if n > 1 {
			wantRefused(t, h, r.OffsetOf(page+1), "is no block")
		}
		wantZero(t, r, page, n)
	}
	if got := alloc.ObjectRuns(r); len(got) != len(pages) {
		t.Errorf("found %v, made %v", got, pages)
	}
	if got := chain(t, r); len(got) != len(pages) {
		t.Errorf("%d runs in the chain, %d made", len(got), len(pages))
	}
	for _, class := range []int{-1, 40, 1 << 16, -1 << 16} {
		if _, err := h.NewObjects(class); !errors.Is(err, errs.Invalid) {
			t.Errorf("class %d: %v", class, err)
		}
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
	before := words(r)
	rec := alloc.RecoverUser(r, 2, 1, &buried{slot: 2}, layout.LockWord(1, 1), true)
	if rec.Large != 0 || rec.Freed != 0 || len(rec.Objects) != len(pages)+1 {
		t.Errorf("recovered %+v", rec)
	}
	r.User(2).Word.Store(layout.UserWord(layout.UserFree, 1))
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	for page, s := range words(r) {
		if before[page] != s {
			t.Errorf("page %d: recovery or Close made %#x of %#x", page, uint64(s), uint64(before[page]))
		}
	}
	if _, err := h.NewObjects(0); !errors.Is(err, errs.Closed) {
		t.Errorf("after Close: %v", err)
	}
	if got := alloc.ObjectRuns(r); len(got) != len(pages)+1 {
		t.Errorf("%d runs after Close", len(got))
	}
}

// words are the words of all runs of objects, by page.
func words(r *region.Region) map[uint64]layout.State {
	all := map[uint64]layout.State{}
	for _, page := range alloc.ObjectRuns(r) {
		all[page] = r.Load(page)
	}
	return all
}

// A run longer than a region goes across some, and is zero in all of them.
func TestObjectsAcrossRegions(t *testing.T) {
	h := create(t, 8<<20)
	r := h.Region()
	empty := h.Mallinfo()
	soil(t, h, uint64(empty.Arena))
	const class = 15
	page, n := newObjects(t, h, class)
	rp := r.Geo.RegionPages()
	if n <= rp {
		t.Fatalf("a run of more than %d pages is wanted", rp)
	}
	wantRefused(t, h, r.OffsetOf(page), objectsOwn)
	wantRefused(t, h, r.OffsetOf((page/rp+1)*rp), "is no block")
	wantRefused(t, h, r.OffsetOf(page+n-1), "is no block")
	m := h.Mallinfo()
	if m.Arena != empty.Arena || m.Uordblks != 0 || m.Usmblks != 0 {
		t.Errorf("objects count as blocks: %+v", m)
	}
	if used := empty.Fordblks - m.Fordblks; used != int(n<<layout.PageShift) {
		t.Errorf("%d bytes less are free, the run has %d", used, n<<layout.PageShift)
	}
	if got := alloc.ObjectRuns(r); len(got) != 1 || got[0] != page {
		t.Errorf("found %v, made %d", got, page)
	}
}

// Runs that several users make at once are all in the chain, each once.
func TestObjectsAtOnce(t *testing.T) {
	for range 5 {
		objectsAtOnce(t)
	}
}

func objectsAtOnce(t *testing.T) {
	h := create(t, 16<<20)
	heaps := []*alloc.Heap{h, open(t, h)}
	const workers, each = 8, 400
	var wg sync.WaitGroup
	begin := make(chan struct{})
	for i := range workers {
		wg.Go(func() {
			<-begin
			for range each {
				if _, err := heaps[i%len(heaps)].NewObjects(0); err != nil {
					t.Error(err)
				}
			}
		})
	}
	close(begin)
	wg.Wait()
	if got := chain(t, h.Region()); len(got) != workers*each {
		t.Errorf("%d runs in the chain, %d made", len(got), workers*each)
	}
	if got := alloc.ObjectRuns(h.Region()); len(got) != workers*each {
		t.Errorf("%d runs found, %d made", len(got), workers*each)
	}
	if err := heaps[1].Close(); err != nil {
		t.Error(err)
	}
}

// Words that claim to be of runs of objects and make no sense are no runs.
func TestObjectsDamaged(t *testing.T) {
	h := damaged(t, 1<<20)
	r := h.Region()
	page, n := newObjects(t, h, 8)
	last := r.Geo.MaxPages - 1
	for _, s := range []layout.State{
		layout.ObjectRun(n, 21),
		layout.ObjectRun(1, 21),
		layout.ObjectRun(n, 1<<16-1),
		layout.ObjectRun(n+1, 8),
		layout.ObjectRun(0, 8),
		layout.ObjectRun(n, 9),
	} {
		r.State(page).Store(uint64(s))
		wantNoRuns(t, r, s)
	}
	r.State(page).Store(uint64(layout.ObjectRun(n, 8)))
	r.State(last).Store(uint64(layout.ObjectRun(n, 8)))
	if got := alloc.ObjectRuns(r); len(got) != 1 || got[0] != page {
		t.Errorf("a run that goes on behind the last page: %v, want %d alone", got, page)
	}
}

func wantNoRuns(t *testing.T, r *region.Region, s layout.State) {
	t.Helper()
	if got := alloc.ObjectRuns(r); len(got) != 0 {
		t.Errorf("word %#x: runs at %v", uint64(s), got)
	}
	rec := alloc.RecoverUser(r, 2, 1, &buried{slot: 2}, layout.LockWord(1, 1), true)
	if len(rec.Objects) != 0 || rec.Freed != 0 || rec.Large != 0 {
		t.Errorf("word %#x: recovered %+v", uint64(s), rec)
	}
}

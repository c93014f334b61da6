package region_test

import (
	"testing"

	"golang.org/x/sys/unix"

	"usarena/internal/region"
)

// What the header says is believed as far as the file reaches.
func TestCommittedDamaged(t *testing.T) {
	g := geometry(t)
	fd, err := unix.MemfdCreate("usarena-test", unix.MFD_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	size := func(pages uint64) {
		if err := unix.Ftruncate(fd, int64(g.FileSize(pages))); err != nil {
			t.Fatal(err)
		}
	}
	size(exist)
	var fails error
	r, err := region.Map(fd, g, region.Options{Name: "test", Length: func() (uint64, error) {
		var st unix.Stat_t
		err := unix.Fstat(fd, &st)
		if fails != nil {
			err = fails
		}
		return uint64(st.Size), err
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	want := func(said, pages uint64) {
		t.Helper()
		r.Header().Committed.Store(said)
		if got := r.Committed(); got != pages {
			t.Errorf("the header says %d, Committed %d, want %d", said, got, pages)
		}
		if r.Pointer(r.OffsetOf(pages), 1) != nil || pages > 0 && r.Pointer(r.OffsetOf(pages-1), 1) == nil {
			t.Errorf("the header says %d: Pointer does not end at page %d", said, pages)
		}
	}
	want(exist, exist)
	want(^uint64(0), exist)
	want(g.MaxPages, exist)
	want(exist-1, exist-1)
	want(0, 0)
	size(exist + 5)
	want(exist+4, exist+4)
	want(exist+6, exist+5)
	fails = unix.EIO
	want(exist+5, exist+5)
	size(exist + 9)
	want(exist+7, exist+5)
	fails = nil
	want(exist+7, exist+7)
}

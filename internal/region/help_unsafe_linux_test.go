package region_test

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"usarena/internal/layout"
	"usarena/internal/region"
)

// exist is how many pages of data the arenas of these tests have.
const exist = 16

// geometry is that of an arena of several regions.
func geometry(t testing.TB) layout.Geometry {
	t.Helper()
	g, err := layout.Plan(64<<20, 8)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// mapped maps a fresh file of an arena, of which a window of so many pages is
// seen; 0: all.
func mapped(t testing.TB, window uint64) *region.Region {
	t.Helper()
	r, fd := mappedFile(t, window)
	unix.Close(fd)
	return r
}

// mappedFile is mapped, with the file.
func mappedFile(t testing.TB, window uint64) (*region.Region, int) {
	t.Helper()
	g := geometry(t)
	fd, err := unix.MemfdCreate("usarena-test", unix.MFD_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.Ftruncate(fd, int64(g.FileSize(exist))); err != nil {
		t.Fatal(err)
	}
	var r *region.Region
	if window == 0 {
		r, err = region.Map(fd, g, region.Options{Name: "test"})
	} else {
		r, err = region.MapWindow(fd, g, window)
	}
	if err != nil {
		t.Fatal(err)
	}
	r.Header().Committed.Store(exist)
	return r, fd
}

// guardWord is a word of the page between tables and data.
func guardWord(r *region.Region) *atomic.Uint32 {
	_, _, data := r.Zones()
	return wordAt(unsafe.Add(data, -8))
}

// word is word i of a page.
func word(r *region.Region, page, i uint64) *atomic.Uint32 {
	return wordAt(r.Pointer(r.OffsetOf(page)+4*i, 4))
}

func wordAt(p unsafe.Pointer) *atomic.Uint32 { return (*atomic.Uint32)(p) }

func wordBehind(p unsafe.Pointer, i int) *atomic.Uint32 { return wordAt(unsafe.Add(p, 4*i)) }

func addressOf(w *atomic.Uint32) uintptr { return uintptr(unsafe.Pointer(w)) }

// addresses are those of the pages that exist, for when the region is closed.
func addresses(r *region.Region) (at [exist]uintptr) {
	for page := range at {
		at[page] = addressOf(word(r, uint64(page), 0))
	}
	return at
}

// misplace puts a page that no second mapping can be made of where one was.
func misplace(t testing.TB, w *atomic.Uint32) {
	t.Helper()
	_, err := unix.MmapPtr(-1, 0, unsafe.Pointer(w), layout.PageSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS|unix.MAP_FIXED)
	if err != nil {
		t.Fatal(err)
	}
}

// What there may be at an address. Once a page is given back, something else of
// this process, which is neither, may come to lie there at any moment.
const (
	other = iota
	shared
	tomb
)

// lies says what is mapped at the address.
func lies(t testing.TB, at uintptr) int {
	t.Helper()
	text, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		var from, to uintptr
		fmt.Sscanf(line, "%x-%x", &from, &to)
		if from <= at && at < to && strings.Contains(line, "memfd:usarena-test") {
			return shared
		}
	}
	mem, err := os.Open("/proc/self/mem")
	if err != nil {
		t.Fatal(err)
	}
	defer mem.Close()
	page := make([]byte, layout.PageSize)
	if _, err := mem.ReadAt(page, int64(at)); err == nil && bytes.Count(page, []byte{0xff}) == len(page) {
		return tomb
	}
	return other
}

// wantLeft compares which pages are left, and as what.
func wantLeft(t testing.TB, at [exist]uintptr, as int, want ...int) {
	t.Helper()
	for page, a := range at {
		w := other
		if slices.Contains(want, page) {
			w = as
		}
		if got := lies(t, a); got != w {
			t.Errorf("page %d is left as %s, want %s", page, names[got], names[w])
		}
	}
}

var names = [...]string{other: "nothing of the arena's", shared: "a page of the arena", tomb: "ones"}

// ordinary is a region in ordinary memory.
func ordinary(t testing.TB) *region.Region {
	t.Helper()
	g := geometry(t)
	n := int(g.FileSize(exist))
	mem := make([]byte, n+layout.PageSize)
	skip := int(-uintptr(unsafe.Pointer(&mem[0])) & layout.PageMask)
	r, err := region.Over(mem[skip:skip+n:skip+n], g, "test")
	if err != nil {
		t.Fatal(err)
	}
	r.Header().Committed.Store(exist)
	return r
}

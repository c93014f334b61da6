package region

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"

	"usarena/internal/layout"
)

// Moved is a page that was buried: where it can still be reached until Close.
type Moved struct {
	Off uint64
	At  unsafe.Pointer
}

// Bury puts a page of ones in place of each page of data that one of the offsets
// lies in; Close leaves those where they are. A goroutine that is about to change
// a word there, by an atomic operation that looks at nothing else, does it to a
// word of ones. What it did just before is seen in the pages that were moved.
// release gives the ones back, once nobody can touch them any more. To be called
// once, before Close.
//
// An error says that some page could not be replaced, or not be moved. A page
// that stayed goes on as a page of the arena until release, so nothing ever
// faults: who takes a lock there by then is an owner that is gone.
func (r *Region) Bury(offsets []uint64) (moved []Moved, release func(), err error) {
	if r.unmap == nil {
		return nil, func() {}, nil // memory of the caller's
	}
	pages := r.pagesOf(offsets)
	var graves []grave
	var all []error
	for i := 0; i < len(pages); {
		k := 1
		for i+k < len(pages) && pages[i+k] == pages[i]+uint64(k) {
			k++
		}
		g := grave{at: unsafe.Add(r.data, pages[i]<<layout.PageShift), n: uintptr(k) * layout.PageSize}
		if err := g.dig(); err != nil {
			all = append(all, fmt.Errorf("usarena: close: %s: %d pages for the locks at %#x: %w", r.Name, k, r.OffsetOf(pages[i]), err))
		}
		for j := 0; j < k && g.twin != nil; j++ {
			moved = append(moved, Moved{r.OffsetOf(pages[i+j]), unsafe.Add(g.twin, j*layout.PageSize)})
		}
		graves = append(graves, g)
		i += k
	}
	r.graves.Store(&graves)
	release = sync.OnceFunc(func() {
		for _, g := range graves {
			unmapOrPoison(g.at, g.n)
		}
	})
	return moved, release, errors.Join(all...)
}

// pagesOf lists the pages of the window that the offsets lie in, ascending, each
// once. It does not ask how far the arena is committed, which others might have
// changed: a page that is mapped can be replaced, whether or not it exists.
func (r *Region) pagesOf(offsets []uint64) []uint64 {
	pages := make([]uint64, 0, len(offsets))
	for _, off := range offsets {
		page := (off - r.Geo.DataOff) >> layout.PageShift
		if off >= r.Geo.DataOff && page < r.Window {
			pages = append(pages, page)
		}
	}
	slices.Sort(pages)
	return slices.Compact(pages)
}

// dig maps the pages a second time and puts ones where they were.
func (g *grave) dig() error {
	twin, twinErr := duplicate(g.at, g.n)
	if err := ones(g.at, g.n); err != nil {
		if twinErr == nil {
			munmap(twin, g.n)
		}
		return err
	}
	g.twin = twin
	return twinErr
}

// duplicate maps n bytes of a shared mapping a second time.
func duplicate(p unsafe.Pointer, n uintptr) (unsafe.Pointer, error) {
	twin, _, errno := unix.Syscall6(unix.SYS_MREMAP, uintptr(p), 0, n, unix.MREMAP_MAYMOVE, 0, 0)
	if errno != 0 {
		return nil, errno
	}
	return unsafe.Add(nil, twin), nil
}

// ones replaces n bytes at p by private pages full of ones, in one step: who
// touches them meanwhile touches the one or the other.
func ones(p unsafe.Pointer, n uintptr) error {
	fresh, err := mmap(nil, n, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS, -1, 0)
	if err != nil {
		return err
	}
	for i := uintptr(0); i < n; i += 8 {
		*(*uint64)(unsafe.Add(fresh, i)) = ^uint64(0)
	}
	return move(fresh, p, n)
}

// move puts n bytes of mapping in place of those at p, in one step, or gives them
// back.
func move(fresh, p unsafe.Pointer, n uintptr) error {
	_, _, errno := unix.Syscall6(unix.SYS_MREMAP, uintptr(fresh), n, n, unix.MREMAP_MAYMOVE|unix.MREMAP_FIXED, uintptr(p), 0)
	if errno != 0 {
		munmap(fresh, n)
		return errno
	}
	return nil
}

// unmapAround gives back n bytes from base on, but for the graves. What one piece
// cannot give back does not keep the others.
func (r *Region) unmapAround(base unsafe.Pointer, n uintptr) error {
	var all []error
	from := uintptr(0)
	for _, g := range r.buried() {
		if g.twin != nil {
			all = append(all, munmap(g.twin, g.n))
		}
		at := uintptr(g.at) - uintptr(base)
		if at > from {
			all = append(all, unmapOrPoison(unsafe.Add(base, from), at-from))
		}
		from = at + g.n
	}
	r.graves.Store(nil)
	if from < n {
		all = append(all, unmapOrPoison(unsafe.Add(base, from), n-from))
	}
	return errors.Join(all...)
}

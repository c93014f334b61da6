package region

import (
	"errors"
	"fmt"
	"slices"
	"unsafe"

	"golang.org/x/sys/unix"

	"usarena/internal/layout"
)

// Moved is a page that was buried: where it can still be reached until Close.
type Moved struct {
	Off uint64
	At  unsafe.Pointer
}

// Bury puts a page of ones in place of each page of data that begins at one of
// the offsets; Close leaves those where they are. A goroutine that is about to
// change a word there, by an atomic operation that looks at nothing else, does
// it to a word of ones. What it did just before is seen in the pages that were
// moved. release gives the ones back, once nobody can touch them any more.
func (r *Region) Bury(offsets []uint64) (moved []Moved, release func(), err error) {
	if r.unmap == nil {
		return nil, func() {}, nil // memory of the caller's
	}
	var at []unsafe.Pointer
	for _, off := range offsets {
		p := r.Pointer(off&^layout.PageMask, layout.PageSize)
		if p == nil {
			continue
		}
		if slices.Contains(at, p) {
			continue
		}
		twin, twinErr := duplicate(p)
		if err = ones(p); err != nil || twinErr != nil {
			err = fmt.Errorf("usarena: close: %s: a page for the locks at %#x: %w", r.Name, off, errors.Join(err, twinErr))
			break
		}
		at = append(at, p)
		r.moved = append(r.moved, Moved{off &^ layout.PageMask, twin})
	}
	slices.SortFunc(at, func(a, b unsafe.Pointer) int {
		if uintptr(a) < uintptr(b) {
			return -1
		}
		return 1
	})
	r.tombs = at
	return r.moved, func() {
		for _, p := range at {
			unmapOrPoison(p, layout.PageSize)
		}
	}, err
}

// duplicate maps a page of a shared mapping a second time.
func duplicate(p unsafe.Pointer) (unsafe.Pointer, error) {
	twin, _, errno := unix.Syscall6(unix.SYS_MREMAP, uintptr(p), 0, layout.PageSize, unix.MREMAP_MAYMOVE, 0, 0)
	if errno != 0 {
		return nil, errno
	}
	return unsafe.Add(nil, twin), nil
}

// ones replaces the page at p by a private one full of ones, in one step: who
// touches it meanwhile touches the one or the other.
func ones(p unsafe.Pointer) error {
	fresh, err := mmap(nil, layout.PageSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS, -1, 0)
	if err != nil {
		return err
	}
	for i := range layout.PageSize / 8 {
		*(*uint64)(unsafe.Add(fresh, i*8)) = ^uint64(0)
	}
	_, _, errno := unix.Syscall6(unix.SYS_MREMAP, uintptr(fresh), layout.PageSize, layout.PageSize, unix.MREMAP_MAYMOVE|unix.MREMAP_FIXED, uintptr(p), 0)
	if errno != 0 {
		munmap(fresh, layout.PageSize)
		return errno
	}
	return nil
}

// unmapAround gives back n bytes from base on, but for the tombs.
func (r *Region) unmapAround(base unsafe.Pointer, n uintptr) error {
	for _, m := range r.moved {
		munmap(m.At, layout.PageSize)
	}
	r.moved = nil
	from := uintptr(0)
	for _, p := range r.tombs {
		at := uintptr(p) - uintptr(base)
		if at > from {
			if err := unmapOrPoison(unsafe.Add(base, from), at-from); err != nil {
				return err
			}
		}
		from = at + layout.PageSize
	}
	if from >= n {
		return nil
	}
	return unmapOrPoison(unsafe.Add(base, from), n-from)
}

package region

import (
	"fmt"
	"slices"
	"unsafe"

	"golang.org/x/sys/unix"

	"usarena/internal/layout"
)

// Bury puts a page of ones in place of each page of data that begins at one of
// the offsets; Close leaves those where they are. A goroutine that is about to
// change a word there, by an atomic operation that looks at nothing else, does
// it to a word of ones. release gives the pages back, once nobody can touch them
// any more.
func (r *Region) Bury(offsets []uint64) (release func(), err error) {
	if r.unmap == nil {
		return func() {}, nil // memory of the caller's
	}
	var at []unsafe.Pointer
	for _, off := range offsets {
		p := r.Pointer(off&^layout.PageMask, layout.PageSize)
		if p == nil {
			continue
		}
		if err = ones(p); err != nil {
			err = fmt.Errorf("usarena: close: %s: a page for the locks at %#x: %w", r.Name, off, err)
			break
		}
		at = append(at, p)
	}
	slices.SortFunc(at, func(a, b unsafe.Pointer) int {
		if uintptr(a) < uintptr(b) {
			return -1
		}
		return 1
	})
	r.tombs = at
	return func() {
		for _, p := range at {
			unmapOrPoison(p, layout.PageSize)
		}
	}, err
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

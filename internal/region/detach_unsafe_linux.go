package region

import (
	"errors"
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"

	"usarena/internal/errs"
	"usarena/internal/layout"
)

// Detach replaces the mapping of fd's file by a private one at the same place.
// Addresses stay what they were, and reads see the file; but what this process
// stores from then on, by whatever way and whoever does it, stays in this process.
// Pages that were buried stay buried. After an error some part may still be
// shared. A System V segment has no file that could be mapped so: reads see it as it
// was then.
func (r *Region) Detach(fd int) error {
	if r.unmap == nil {
		return errs.Wrap(errors.ErrUnsupported, "detach", "%s: memory of the caller's", r.Name)
	}
	var all []error
	for _, z := range r.zones {
		from := uintptr(0)
		for _, g := range r.buried() {
			at := uintptr(g.at) - uintptr(z.at)
			if at >= z.n {
				continue
			}
			all = append(all, r.private(fd, z, from, at))
			from = at + g.n
		}
		all = append(all, r.private(fd, z, from, z.n))
	}
	return errors.Join(all...)
}

// private replaces the bytes of z between from and to. The kernel does that in
// one step: who touches them meanwhile touches the one or the other.
func (r *Region) private(fd int, z zone, from, to uintptr) error {
	if from >= to {
		return nil
	}
	at := unsafe.Add(z.at, from)
	const flags = unix.MAP_PRIVATE | unix.MAP_FIXED | unix.MAP_NORESERVE
	if r.attach != nil {
		if err := cut(at, to-from); err != nil {
			return fmt.Errorf("usarena: detach: %s: %d bytes at %#x: %w", r.Name, to-from, z.off+uint64(from), err)
		}
	} else if _, err := mmap(at, to-from, unix.PROT_READ|unix.PROT_WRITE, flags, fd, z.off+uint64(from)); err != nil {
		return fmt.Errorf("usarena: detach: %s: %d bytes at %#x: %w", r.Name, to-from, z.off+uint64(from), err)
	}
	advise(at, to-from)
	return nil
}

// cut replaces n bytes at p by a private copy. Pages of zeros take no memory.
func cut(p unsafe.Pointer, n uintptr) error {
	n = (n + layout.PageMask) &^ layout.PageMask
	fresh, err := mmap(nil, n, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS|unix.MAP_NORESERVE, -1, 0)
	if err != nil {
		return err
	}
	var zero [layout.PageSize]byte
	for i := uintptr(0); i < n; i += layout.PageSize {
		from := (*[layout.PageSize]byte)(unsafe.Add(p, i))
		if to := (*[layout.PageSize]byte)(unsafe.Add(fresh, i)); *from != zero {
			*to = *from
		}
	}
	return move(fresh, p, n)
}

// readable says that the page at addr can be read. A kernel that cannot tell says
// no.
func readable(addr uintptr) bool {
	page := unsafe.Slice((*byte)(unsafe.Add(nil, addr&^layout.PageMask)), layout.PageSize)
	return unix.Madvise(page, unix.MADV_POPULATE_READ) == nil
}

package region

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"unsafe"

	"golang.org/x/sys/unix"

	"usarena/internal/errs"
	"usarena/internal/layout"
)

// Options of Map.
type Options struct {
	Name     string
	Addr     uint64   // base address asked for, 0 any
	ReadOnly bool     // PROT_READ
	Reserve  Reserver // nil: the arena cannot grow from here
	Need     uint64   // pages that must be visible: at least what is in use, which the file was seen to hold

	// Attach maps all of a System V segment, whose size is fixed, in place of what is
	// at addr. nil: the arena is mapped through its descriptor.
	Attach func(addr uintptr, readOnly bool) ([]byte, error)

	// Length is the length of the file. Without it the header is believed.
	Length func() (uint64, error)

	Into *Region // where it is made, all zero; nil: anew
}

// Map maps the arena behind fd once, at its full size: pages that do not exist
// yet will appear beneath the mapping. Where address space is short the window
// is halved, never below Need on 64-bit; what lies beyond it stays unseen. What
// is not in use yet takes a quarter of the address space of 32 bits at most: the
// rest is for the process and for the arenas that it will attach to after this.
func Map(fd int, g layout.Geometry, o Options) (*Region, error) {
	r := o.Into
	if r == nil {
		r = new(Region)
	}
	r.Geo, r.Name, r.reserve, r.readOnly, r.attach = g, o.Name, o.Reserve, o.ReadOnly, o.Attach
	r.exist.length = o.Length
	r.exist.seen(min(o.Need, g.MaxPages))
	prot := unix.PROT_READ | unix.PROT_WRITE
	if o.ReadOnly {
		prot = unix.PROT_READ
	}
	if o.Addr%layout.PageSize != 0 {
		return nil, errs.Wrap(errs.Invalid, "map", "%s: address %#x is no multiple of %d", o.Name, o.Addr, layout.PageSize)
	}
	least, first := g.MaxPages, g.MaxPages
	if o.Attach == nil {
		least, first = leastWindow(&g, o.Need), firstWindow(&g, &o)
	}
	for window := first; ; window = nextWindow(&g, window, least) {
		err := r.mapWindow(fd, window, prot, o.Addr)
		if err == nil {
			break
		}
		if !errors.Is(err, unix.ENOMEM) {
			return nil, fmt.Errorf("usarena: map: %s at %#x: %w", o.Name, o.Addr, err)
		}
		if window <= least {
			return nil, fmt.Errorf("usarena: map: %s: no address space for the %d bytes that must be seen (raise ulimit -v): %w", o.Name, window<<layout.PageShift, err)
		}
	}
	return r, nil
}

func (r *Region) mapWindow(fd int, window uint64, prot int, addr uint64) error {
	g := &r.Geo
	// front | states | bits | tenants, each whole when the window is; then guard and data.
	end := g.FileSize(window)
	pieces := []layout.Piece{{Off: 0, Len: end}}
	if window < g.MaxPages {
		up := func(n uint64) uint64 { return (n + layout.PageMask) &^ layout.PageMask }
		pieces = []layout.Piece{
			{Off: 0, Len: up(g.StatesOff)},
			{Off: g.StatesOff, Len: up(window * layout.StateSize)},
			{Off: g.BitsOff, Len: up(window * layout.BitsSize)},
			{Off: g.TenantsOff, Len: up(window * layout.TenantsSize)},
			{Off: g.DataOff, Len: window << layout.PageShift},
		}
	}
	const gap = layout.PageSize // without access, before each piece but the first
	total := uint64(0)
	for i, p := range pieces {
		if i > 0 {
			total += gap
		}
		total += p.Len
	}
	if total != uint64(uintptr(total)) || int64(total) < 0 {
		return unix.ENOMEM
	}
	if addr == 0 && len(pieces) == 1 && r.attach == nil {
		if base := guess(fd, uintptr(total), prot); base != nil {
			r.Window = window
			return r.finish(base, uintptr(total), []unsafe.Pointer{base}, pieces)
		}
	}
	flags := unix.MAP_PRIVATE | unix.MAP_ANONYMOUS | unix.MAP_NORESERVE
	if addr != 0 {
		flags |= unix.MAP_FIXED_NOREPLACE
	}
	base, err := reserve(uintptr(addr), uintptr(total), flags)
	if err != nil {
		return err
	}
	fail := func(err error) error { munmap(base, uintptr(total)); return err }
	if addr != 0 && uint64(uintptr(base)) != addr {
		return fail(unix.EEXIST)
	}
	at := make([]unsafe.Pointer, len(pieces))
	pos := uint64(0)
	for i, p := range pieces {
		if i > 0 {
			pos += gap
		}
		at[i] = unsafe.Add(base, pos)
		if r.attach != nil {
			if b, err := r.attach(uintptr(base), r.readOnly); err != nil {
				return fail(err)
			} else if uint64(len(b)) < total {
				return fail(errs.Wrap(errs.Truncated, "map", "%d bytes of %d", len(b), total))
			}
		} else if _, err := mmap(at[i], uintptr(p.Len), prot, unix.MAP_SHARED|unix.MAP_FIXED|unix.MAP_NORESERVE, fd, p.Off); err != nil {
			return fail(err)
		}
		pos += p.Len
	}
	r.Window = window
	return r.finish(base, uintptr(total), at, pieces)
}

// finish sets the zones of a mapping whose pieces are in place.
func (r *Region) finish(base unsafe.Pointer, total uintptr, at []unsafe.Pointer, pieces []layout.Piece) error {
	advise(base, total)
	if len(at) == 1 {
		r.place(base)
		if err := mprotectNone(unsafe.Add(base, r.Geo.GuardOff), layout.PageSize); err != nil {
			munmap(base, total)
			return err
		}
	} else {
		r.head, r.states, r.bits, r.tenants, r.data = at[0], at[1], at[2], at[3], at[4]
		for i, p := range pieces {
			r.zones = append(r.zones, zone{at[i], uintptr(p.Len), p.Off})
		}
	}
	r.unmap = func() error { return r.unmapAround(base, total) }
	return nil
}

// guess maps the file in one piece at an aligned address that is very likely
// free, which saves reserving more and cutting it down. Nil: it was not.
func guess(fd int, total uintptr, prot int) unsafe.Pointer {
	if unsafe.Sizeof(total) == 4 || raceEnabled {
		return nil // too narrow; or the race detector has views on addresses
	}
	at := uintptr(guessFrom + rand.Uint64N(guessSpan/baseAlign)*baseAlign)
	base, err := mmap(unsafe.Add(nil, at), total, prot, unix.MAP_SHARED|unix.MAP_FIXED_NOREPLACE|unix.MAP_NORESERVE, fd, 0)
	if err != nil {
		return nil
	}
	if uintptr(base) != at { // a kernel that does not know the flag takes it as a hint
		munmap(base, total)
		return nil
	}
	return base
}

// Addresses that neither Go's heap nor the kernel's own choice come near.
const (
	guessFrom uint64 = 0x1000_0000_0000
	guessSpan uint64 = 0x2000_0000_0000
)

// baseAlign is the alignment of a mapping's address where address space is
// plenty: offsets and addresses then agree in alignment up to it.
const baseAlign = 2 << 20

// reserve takes total bytes of address space without access.
func reserve(addr, total uintptr, flags int) (unsafe.Pointer, error) {
	if addr != 0 || unsafe.Sizeof(addr) == 4 {
		return mmap(unsafe.Add(nil, addr), total, unix.PROT_NONE, flags, -1, 0)
	}
	wide, err := mmap(nil, total+baseAlign, unix.PROT_NONE, flags, -1, 0)
	if err != nil {
		return nil, err
	}
	skip := -uintptr(wide) & (baseAlign - 1)
	if skip > 0 {
		munmap(wide, skip)
	}
	total = (total + layout.PageMask) &^ layout.PageMask
	if rest := baseAlign - skip; rest > 0 {
		munmap(unsafe.Add(wide, skip+total), rest)
	}
	return unsafe.Add(wide, skip), nil
}

func mmap(addr unsafe.Pointer, length uintptr, prot int, flags int, fd int, off uint64) (unsafe.Pointer, error) {
	return unix.MmapPtr(fd, int64(off), addr, length, prot, flags)
}

func munmap(base unsafe.Pointer, length uintptr) error { return unix.MunmapPtr(base, length) }

func mprotectNone(at unsafe.Pointer, n uintptr) error {
	return unix.Mprotect(unsafe.Slice((*byte)(at), n), unix.PROT_NONE)
}

// advise keeps the arena out of core dumps and out of plainly forked children.
// Both are requests; a kernel that does not know them loses nothing.
func advise(base unsafe.Pointer, n uintptr) {
	const most = uintptr(^uint(0)>>1) &^ layout.PageMask
	for done := uintptr(0); done < n; {
		b := unsafe.Slice((*byte)(unsafe.Add(base, done)), int(min(n-done, most)))
		unix.Madvise(b, unix.MADV_DONTDUMP)
		unix.Madvise(b, unix.MADV_DONTFORK)
		done += uintptr(len(b))
	}
}

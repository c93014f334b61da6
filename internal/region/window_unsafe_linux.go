package region

import (
	"unsafe"

	"golang.org/x/sys/unix"

	"usarena/internal/layout"
)

// mostWindow is the largest window, in whole regions, whose bytes an int counts:
// what can be seen can then be one slice in a 32-bit process too, where more
// than that may well be free.
func mostWindow(g *layout.Geometry) uint64 {
	return uint64(^uint(0)>>1) >> layout.PageShift &^ (g.RegionPages() - 1)
}

// leastWindow is the smallest window that will do, in whole regions: what is in
// use, or on 32-bit one region.
func leastWindow(g *layout.Geometry, need uint64) uint64 {
	if g.Packed() {
		return g.MaxPages
	}
	if narrow {
		need = 1
	}
	return inUse(g, need)
}

// narrow: addresses have 32 bits.
const narrow = unsafe.Sizeof(uintptr(0)) == 4

// inUse is the window that shows this many pages.
func inUse(g *layout.Geometry, pages uint64) uint64 {
	rp := g.RegionPages()
	return min((max(pages, 1)+rp-1)&^(rp-1), g.MaxPages)
}

// firstWindow is the window to try first: all, or on 32-bit no more than what is
// in use and a quarter of the free address space.
func firstWindow(g *layout.Geometry, o *Options) uint64 {
	window, least := min(g.MaxPages, mostWindow(g)), max(leastWindow(g, o.Need), inUse(g, o.Need))
	for narrow && o.Addr == 0 && window > least && !free(4*window) {
		window = nextWindow(g, window, least)
	}
	return window
}

// nextWindow is about half as large as window, in whole regions.
func nextWindow(g *layout.Geometry, window, least uint64) uint64 {
	return max(window/2&^(g.RegionPages()-1), least)
}

// free reports whether so many pages of address space are free in one piece.
func free(pages uint64) bool {
	n := pages << layout.PageShift
	if n != uint64(uintptr(n)) {
		return false
	}
	base, err := reserve(0, uintptr(n), unix.MAP_PRIVATE|unix.MAP_ANONYMOUS|unix.MAP_NORESERVE)
	if err == nil {
		munmap(base, uintptr(n))
	}
	return err == nil
}

package region

import (
	"unsafe"

	"golang.org/x/sys/unix"

	"usarena/internal/invariants"
)

// unmapOrPoison gives the range back. Builds with the invariants tag leave it
// without access instead, so that any use after Close faults at once.
func unmapOrPoison(base unsafe.Pointer, n uintptr) error {
	if !invariants.Enabled {
		return munmap(base, n)
	}
	_, err := mmap(base, n, unix.PROT_NONE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS|unix.MAP_NORESERVE|unix.MAP_FIXED, -1, 0)
	return err
}

package alloc

import "golang.org/x/sys/unix"

// zeroMemory is n bytes of memory that costs what is used of it and does not count
// as Go's.
func zeroMemory(n int) ([]byte, error) {
	return unix.Mmap(-1, 0, n, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS|unix.MAP_NORESERVE)
}

func freeMemory(b []byte) { unix.Munmap(b) }

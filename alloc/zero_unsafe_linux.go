package alloc

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// zeroMemory is n bytes of memory that costs what is used of it and does not count
// as Go's. unix.Mmap would note it in a map, which takes a fresh process longer than
// the call.
func zeroMemory(n int) ([]byte, error) {
	p, err := unix.MmapPtr(-1, 0, nil, uintptr(n), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS|unix.MAP_NORESERVE)
	if err != nil {
		return nil, err
	}
	return unsafe.Slice((*byte)(p), n), nil
}

func freeMemory(b []byte) { unix.MunmapPtr(unsafe.Pointer(unsafe.SliceData(b)), uintptr(len(b))) }

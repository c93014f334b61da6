package linear

import (
	"unsafe"

	"usarena/arena"
)

const boardSize = uint64(unsafe.Sizeof(board{}))

const cellOffset = uint64(unsafe.Offsetof(board{}.Cell))

// ptr is a Ptr to a made-up place, which nobody follows.
func ptr(off uint64) (p arena.Ptr[board]) {
	*(*uint64)(unsafe.Pointer(&p)) = off
	return p
}

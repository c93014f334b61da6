package region_test

import (
	"fmt"
	"sync/atomic"
	"unsafe"
)

func wordAt(p unsafe.Pointer) *atomic.Uint32 { return (*atomic.Uint32)(p) }

func addressOf(w *atomic.Uint32) uintptr { return uintptr(unsafe.Pointer(w)) }

func parseMap(line string) (from, to uintptr, perms string) {
	fmt.Sscanf(line, "%x-%x %s", &from, &to, &perms)
	return from, to, perms
}

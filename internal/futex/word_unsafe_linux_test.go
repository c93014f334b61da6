package futex_test

import (
	"sync/atomic"
	"unsafe"
)

func wordOf(b []byte) *atomic.Uint32 { return (*atomic.Uint32)(unsafe.Pointer(unsafe.SliceData(b))) }

package locks

import (
	"sync/atomic"
	"unsafe"

	"usarena/internal/layout"
)

// lockWord is the word of the table's lock, where only tests change it.
func lockWord(x *table) *atomic.Uint32 {
	t, err := x.a.Objects()
	if err != nil {
		panic(err)
	}
	return &(*layout.Object)(unsafe.Pointer(t.Region().Pointer(x.lock.Offset(), layout.ObjectSize))).Lock
}

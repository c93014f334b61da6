//go:build race

package sync

import (
	"runtime"
	"unsafe"
)

// raceMark stands for one lock word: the race detector does not see mapped
// memory, so it is told here what the lock orders.
type raceMark struct{ mark byte }

func (r *raceMark) acquire() { runtime.RaceAcquire(unsafe.Pointer(&r.mark)) }
func (r *raceMark) release() { runtime.RaceReleaseMerge(unsafe.Pointer(&r.mark)) }

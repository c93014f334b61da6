//go:build !usarena_portable && !race

package alloc

import (
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

const (
	membarrierPrivateExpedited         = 1 << 3
	membarrierRegisterPrivateExpedited = 1 << 4
)

var (
	barrierOnce  sync.Once
	barrierReady atomic.Bool
)

// prepareBarrier asks the kernel for barrier. That takes it milliseconds, so it
// is done beside the program's work, once heaps are in use.
func prepareBarrier() {
	barrierOnce.Do(func() {
		go func() {
			_, _, e := unix.Syscall(unix.SYS_MEMBARRIER, membarrierRegisterPrivateExpedited, 0, 0)
			barrierReady.Store(e == 0)
		}()
	})
}

// barrier makes every running thread of the process pass a full memory barrier.
// False: the kernel cannot, or not yet.
func barrier() bool {
	if !barrierReady.Load() {
		return false
	}
	_, _, e := unix.Syscall(unix.SYS_MEMBARRIER, membarrierPrivateExpedited, 0, 0)
	return e == 0
}

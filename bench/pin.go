package bench

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// Single workers run on CPU 1, the second one of two on CPU 0.
func pin(worker int) {
	runtime.LockOSThread()
	var set unix.CPUSet
	set.Set(1 - worker&1)
	unix.SchedSetaffinity(0, &set) // best effort: the CPU may not exist or not be ours
}

package alloc

import (
	"runtime"
	"sync/atomic"
)

var spun atomic.Uint32

// pause passes some nanoseconds.
func pause() {
	for range 16 {
		spun.Load()
	}
}

// procs is the number of processors that goroutines run on.
func procs() int { return runtime.GOMAXPROCS(0) }

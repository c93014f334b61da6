//go:build !linux

package futex

import (
	"math"
	"sync/atomic"
	"time"
)

// All is more sleepers than there can be.
const All = math.MaxInt32

// Wait needs Linux; elsewhere it only takes the time.
func Wait(_ *atomic.Uint32, _ uint32, d time.Duration) bool { time.Sleep(d); return false }

// WaitLong needs Linux.
func WaitLong(word *atomic.Uint32, want uint32) bool { return Wait(word, want, time.Millisecond) }

// Wake needs Linux.
func Wake(*atomic.Uint32, int) int { return 0 }

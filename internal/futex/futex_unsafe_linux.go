package futex

import (
	"math"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	opWait = 0
	opWake = 1
)

// All is more sleepers than there can be.
const All = math.MaxInt32

// Wait sleeps until somebody wakes the word, at most for d. It does not sleep if
// the word is not want. True: it was woken. False means nothing but that the
// caller should look: time is over, the word had changed, or a signal came.
func Wait(word *atomic.Uint32, want uint32, d time.Duration) bool {
	ts := syscall.NsecToTimespec(max(int64(d), 0)) // two words of the machine: the call's old form takes those
	_, _, errno := syscall.Syscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(word)), opWait, uintptr(want), uintptr(unsafe.Pointer(&ts)), 0, 0)
	return errno == 0
}

// WaitLong is Wait without an end of its own. Only what is woken before the
// store that it waits for may sleep so.
func WaitLong(word *atomic.Uint32, want uint32) bool {
	_, _, errno := syscall.Syscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(word)), opWait, uintptr(want), 0, 0, 0)
	return errno == 0
}

// Wake wakes at most n sleepers, first come first served, and says how many it
// were. It does not block.
func Wake(word *atomic.Uint32, n int) int {
	woken, _, errno := syscall.RawSyscall(unix.SYS_FUTEX, uintptr(unsafe.Pointer(word)), opWake, uintptr(n))
	if errno != 0 {
		return 0
	}
	return int(woken)
}

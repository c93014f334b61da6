package linear

import (
	"fmt"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"

	"usarena/internal/replay"
)

// event is the kernel's struct sigevent, for a signal.
type event struct {
	value  uintptr
	signo  int32
	notify int32
	_      [52]byte
}

// dieIn has the kernel kill this process after so many nanoseconds, wherever it is
// then: nothing in the process has to run for that. at is when, at the earliest.
func dieIn(delay int64, at *atomic.Int64) error {
	e, id := event{signo: int32(unix.SIGKILL)}, int32(0)
	if _, _, no := unix.Syscall(unix.SYS_TIMER_CREATE, unix.CLOCK_MONOTONIC, uintptr(unsafe.Pointer(&e)), uintptr(unsafe.Pointer(&id))); no != 0 {
		return fmt.Errorf("timer_create: %w", no)
	}
	at.Store(replay.Monotonic() + delay)
	when := [2]unix.Timespec{1: unix.NsecToTimespec(delay)} // interval, value
	if _, _, no := unix.Syscall6(unix.SYS_TIMER_SETTIME, uintptr(id), 0, uintptr(unsafe.Pointer(&when)), 0, 0, 0); no != 0 {
		return fmt.Errorf("timer_settime: %w", no)
	}
	return nil
}

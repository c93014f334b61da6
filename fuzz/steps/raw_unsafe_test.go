//go:build linux && amd64

package steps

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// readRaw reads one byte without telling the scheduler.
func readRaw(fd int) error {
	var b [1]byte
	for {
		_, _, e := unix.RawSyscall(unix.SYS_READ, uintptr(fd), uintptr(unsafe.Pointer(&b)), 1)
		if e == 0 {
			return nil
		}
		if e != unix.EINTR {
			return e
		}
	}
}

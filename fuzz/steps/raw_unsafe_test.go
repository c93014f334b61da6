//go:build linux && amd64

package steps

import (
	"io"
	"unsafe"

	"golang.org/x/sys/unix"

	"usarena/internal/layout"
)

// Words of the header.
const (
	dataOffAt   = uint64(unsafe.Offsetof(layout.Header{}.DataOff))
	committedAt = uint64(unsafe.Offsetof(layout.Header{}.Committed))
	regionsAt   = uint64(unsafe.Offsetof(layout.Header{}.RegionsOff))
	countAt     = uint64(unsafe.Offsetof(layout.Header{}.Regions))
	usedAt      = uint64(unsafe.Offsetof(layout.Header{}.UsedPages))
	highAt      = uint64(unsafe.Offsetof(layout.Header{}.HighPages))
)

// Hints of a region.
const (
	dirtyAt   = uint64(unsafe.Offsetof(layout.Region{}.Dirty))
	lowAt     = uint64(unsafe.Offsetof(layout.Region{}.Low))
	mostAt    = uint64(unsafe.Offsetof(layout.Region{}.Most))
	partialAt = uint64(unsafe.Offsetof(layout.Region{}.Partial))
)

// readRaw reads one byte without telling the scheduler.
func readRaw(fd int) error {
	var b [1]byte
	for {
		n, _, e := unix.RawSyscall(unix.SYS_READ, uintptr(fd), uintptr(unsafe.Pointer(&b)), 1)
		switch {
		case e == 0 && n == 1:
			return nil
		case e == 0:
			return io.EOF
		case e != unix.EINTR:
			return e
		}
	}
}

// noStopSignals keeps the kernel from sending this process a signal each time that a
// traced thread stops: that is several a microsecond, and Go's runtime would handle
// them all. Whoever waits for the thread is woken all the same.
func noStopSignals() error {
	const noStop = 1 // SA_NOCLDSTOP
	var a struct {   // as the kernel has it
		handler, flags, restorer, mask uint64
	}
	for _, set := range []bool{false, true} {
		from, to := uintptr(0), uintptr(unsafe.Pointer(&a))
		if set {
			a.flags |= noStop
			from, to = to, from
		}
		if _, _, e := unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(unix.SIGCHLD), from, to, 8, 0, 0); e != 0 {
			return e
		}
	}
	return nil
}

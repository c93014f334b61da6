package sync

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// newEvent is a descriptor that is readable while it is set.
func newEvent() (int, error) {
	fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return -1, fmt.Errorf("usarena: open pollsema: eventfd: %w", err)
	}
	return fd, nil
}

func setEvent(fd int) { unix.Write(fd, []byte{1, 0, 0, 0, 0, 0, 0, 0}) }

func clearEvent(fd int) {
	var b [8]byte
	unix.Read(fd, b[:])
}

func closeEvent(fd int) error {
	// A close that a signal interrupts has closed all the same.
	if err := unix.Close(fd); err != nil && err != unix.EINTR {
		return fmt.Errorf("usarena: close pollsema: eventfd: %w", err)
	}
	return nil
}

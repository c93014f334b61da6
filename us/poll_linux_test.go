package us_test

import (
	"errors"
	"time"

	"golang.org/x/sys/unix"
)

// poll is poll(2) on descriptors that one may read: which of them are readable
// within a time, below 0 for as long as it takes.
func poll(patience time.Duration, fds ...int) ([]bool, error) {
	list := make([]unix.PollFd, len(fds))
	for i, fd := range fds {
		list[i] = unix.PollFd{Fd: int32(fd), Events: unix.POLLIN}
	}
	end := time.Now().Add(patience)
	for {
		ms := -1
		if patience >= 0 {
			ms = int(max(time.Until(end), 0) / time.Millisecond)
		}
		if _, err := unix.Poll(list, ms); !errors.Is(err, unix.EINTR) { // Go's runtime signals its threads
			ready := make([]bool, len(fds))
			for i, p := range list {
				ready[i] = p.Revents&unix.POLLIN != 0
			}
			return ready, err
		}
	}
}

package liveness

import (
	"errors"
	"fmt"
	"io"

	"golang.org/x/sys/unix"
)

// A lock request names one byte. Flock_t has 64-bit offsets on 32-bit systems as
// well; its Pid must be 0.
func request(kind int16, at uint64) unix.Flock_t {
	return unix.Flock_t{Type: kind, Whence: io.SeekStart, Start: int64(at), Len: 1}
}

// lock takes a lock through fd, or changes its kind. False: it conflicts with
// another description's.
func lock(fd int, kind int16, at uint64) (bool, error) {
	switch err := fcntl(fd, unix.F_OFD_SETLK, request(kind, at), nil); err {
	case nil:
		return true, nil
	case unix.EAGAIN, unix.EACCES:
		return false, nil
	default:
		return false, fmt.Errorf("usarena: lock byte %#x: descriptor %d: %w", at, fd, err)
	}
}

func unlock(fd int, at uint64) error {
	if err := fcntl(fd, unix.F_OFD_SETLK, request(unix.F_UNLCK, at), nil); err != nil {
		return fmt.Errorf("usarena: unlock byte %#x: descriptor %d: %w", at, fd, err)
	}
	return nil
}

// unlocked reports that no other description than fd's has a lock on the byte.
func unlocked(fd int, at uint64) (bool, error) {
	var got unix.Flock_t
	if err := fcntl(fd, unix.F_OFD_GETLK, request(unix.F_WRLCK, at), &got); err != nil {
		return false, fmt.Errorf("usarena: ask about byte %#x: descriptor %d: %w", at, fd, err)
	}
	return got.Type == unix.F_UNLCK, nil
}

// fcntl repeats a request until no signal interrupts it.
func fcntl(fd, cmd int, want unix.Flock_t, got *unix.Flock_t) error {
	for {
		lk := want
		err := unix.FcntlFlock(uintptr(fd), cmd, &lk)
		if err == unix.EINTR {
			continue
		}
		if got != nil {
			*got = lk
		}
		return err
	}
}

// identity tells whether a descriptor is still the file it was.
type identity struct{ dev, ino uint64 }

func identify(fd int) (identity, error) {
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return identity{}, err
	}
	return identity{dev: uint64(st.Dev), ino: uint64(st.Ino)}, nil
}

func (id identity) is(fd int) bool {
	now, err := identify(fd)
	return err == nil && now == id
}

// lost is nil while fd is the file. Otherwise it tells the reason: something
// else closed the descriptor, or the kernel does not say what it is.
func (id identity) lost(op string, fd int) error {
	now, err := identify(fd)
	switch {
	case err == nil && now == id:
		return nil
	case err == nil:
		err = unix.EBADF // the number means another file
	case err != unix.EBADF:
		return fmt.Errorf("usarena: %s: look at descriptor %d: %w", op, fd, err)
	}
	return fmt.Errorf("usarena: %s: descriptor %d was closed by something else in this process: %w", op, fd, err)
}

// foreign is true if fd is known to be something else than the file.
func (id identity) foreign(fd int) bool { return errors.Is(id.lost("", fd), unix.EBADF) }

package liveness

import (
	"fmt"

	"golang.org/x/sys/unix"

	"usarena/internal/errs"
	"usarena/internal/layout"
)

// SelfTest finds out whether the file's kernel locks can be relied upon: a lock
// taken through one description must be seen through another and keep it from
// the same. errs.FileSystem if not. open gives a new description of the
// file each time; SelfTest closes them. The byte it uses is no user's.
func SelfTest(open func() (int, error)) error {
	a, err := open()
	if err != nil {
		return err
	}
	defer unix.Close(a)
	b, err := open()
	if err != nil {
		return err
	}
	defer unix.Close(b)
	return selfTest(a, b)
}

func selfTest(a, b int) error {
	at := layout.LockByte(0)
	bad := func(what string) error {
		return errs.Wrap(errs.FileSystem, "test of locks", "%s; use tmpfs, ext4 or xfs on this machine", what)
	}
	ok, err := lock(a, unix.F_WRLCK, at)
	if err != nil {
		return fmt.Errorf("%w: %w", errs.FileSystem, err)
	}
	if !ok {
		return nil // somebody is testing at the same time, and we have seen the lock
	}
	free, err := unlocked(b, at)
	if err == nil && free {
		return bad("a lock is not seen through a second open of the same file")
	}
	if ok, _ := lock(b, unix.F_WRLCK, at); ok {
		return bad("two opens of the same file got the same lock")
	}
	if err == nil {
		err = unlock(a, at)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errs.FileSystem, err)
	}
	ok, err = lock(b, unix.F_WRLCK, at)
	if err != nil {
		return fmt.Errorf("%w: %w", errs.FileSystem, err)
	}
	if !ok {
		// Somebody else's test may have come in between; that is a lock that works.
		return nil
	}
	return unlock(b, at)
}

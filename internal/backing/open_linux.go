package backing

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"

	"usarena/internal/errs"
)

// Open opens what n names, never creating it: fs.ErrNotExist if nothing is
// there. What is no regular file is errs.NotArena, a network or user-space file
// system errs.FileSystem, a symbolic link where anybody may create files
// errs.ForeignOwner. A file with no arena in it opens all right. readonly opens
// for reading only.
func Open(n Name, readonly bool) (*File, error) {
	if n.Borrowed() {
		return borrow(n, readonly)
	}
	switch n.Kind {
	case KindFile, KindSHM, KindSysV:
		if n.Path != "" {
			break
		}
		fallthrough
	case KindMemfd:
		return nil, fmt.Errorf("usarena: open: %s: an anonymous arena is reached by inheritance only: %w", n.Given, unix.ENOENT)
	default:
		return nil, unsupported("open", n)
	}
	flags := unix.O_RDWR
	if readonly {
		flags = unix.O_RDONLY
	}
	var why error
	for range maxTries {
		place, mode, err := resolve("open", n)
		if err != nil {
			return nil, err
		}
		// Looking before opening spares devices and FIFOs the effects of an open.
		if what := irregular(mode); mode != 0 && what != "" {
			return nil, notRegular("open", n, what)
		}
		fd := -1
		err = retry(func() (err error) {
			fd, err = unix.Open(place, flags|unix.O_CLOEXEC|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_NOCTTY, 0)
			return
		})
		if err == unix.ELOOP || err == unix.EISDIR || err == unix.ENXIO {
			why = err
			continue // exchanged since: look again
		}
		if err == unix.ENOENT && n.Kind == KindSysV {
			return nil, noCompanion("open", n)
		}
		if err != nil {
			return nil, fmt.Errorf("usarena: open: %s: %w", n.Given, err)
		}
		f, err := adopt("open", fd, n, place)
		if err == nil && n.Kind == KindSysV {
			if err = f.openSegment("open"); err != nil {
				f.Close()
				return nil, err
			}
		}
		return f, err
	}
	return nil, fmt.Errorf("usarena: open: %s changes its type all the time: %w: %w", n.Given, errs.NotArena, why)
}

// borrow opens what a descriptor of a process leads to, if it is anonymous.
func borrow(n Name, readonly bool) (*File, error) {
	flags := unix.O_RDWR
	if readonly {
		flags = unix.O_RDONLY
	}
	fd := -1
	err := retry(func() (err error) {
		fd, err = unix.Open(n.Path, flags|unix.O_CLOEXEC|unix.O_NONBLOCK|unix.O_NOCTTY, 0)
		return
	})
	if err != nil {
		return nil, fmt.Errorf("usarena: open: %s: %w", n.Given, err)
	}
	if _, err := unix.FcntlInt(uintptr(fd), unix.F_GET_SEALS, 0); err != nil {
		unix.Close(fd)
		return nil, errs.Wrap(errs.Invalid, "open", "%s is no memfd (%v): open what has a name by its name", n.Given, err)
	}
	f, err := adopt("open", fd, n, "")
	if err != nil {
		return nil, err
	}
	if f.read("open") == nil { // the lock file of a System V arena without a key
		f.Name.Kind = KindSysV
		if _, err := f.adoptSegment("open"); err != nil {
			f.Close()
			return nil, err
		}
	}
	return f, nil
}

// maxTries bounds loops that somebody else can prolong.
const maxTries = 40

// mustBeRegular is errs.NotArena if place is something else than a regular file.
func mustBeRegular(op string, n Name, place string) error {
	var st unix.Stat_t
	if err := retry(func() error { return unix.Lstat(place, &st) }); err != nil {
		return fmt.Errorf("usarena: %s: %s: %w", op, n.Given, err)
	}
	what := irregular(st.Mode)
	if what == "" {
		return nil
	}
	return notRegular(op, n, what)
}

func notRegular(op string, n Name, what string) error {
	return errs.Wrap(errs.NotArena, op, "%s is %s, an arena is a regular file", n.Given, what)
}

func unsupported(op string, n Name) error {
	return fmt.Errorf("usarena: %s: %s: backing %s: %w: %w", op, n.Given, n.Kind, errs.Invalid, errors.ErrUnsupported)
}

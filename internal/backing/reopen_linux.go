package backing

import (
	"fmt"
	"strconv"

	"golang.org/x/sys/unix"

	"usarena/internal/errs"
)

// Reopen gives a descriptor with an open file description of its own, so that
// locks taken through it conflict with those of FD. The caller closes it.
func (f *File) Reopen(readonly bool) (int, error) {
	if fd, ok := f.openAgain(readonly); ok {
		return fd, nil
	}
	fd, err := reopen(f.fd, readonly)
	if err != nil {
		return -1, f.fail("reopen", err)
	}
	return fd, nil
}

// openAgain opens the file by its name, which takes half as long as the way
// through /proc. False: the name leads elsewhere by now, or nowhere.
func (f *File) openAgain(readonly bool) (int, bool) {
	if f.place == "" {
		return -1, false
	}
	flags := unix.O_RDWR | unix.O_CLOEXEC | unix.O_NONBLOCK | unix.O_NOCTTY | unix.O_NOFOLLOW
	if readonly {
		flags = flags&^unix.O_RDWR | unix.O_RDONLY
	}
	fd, err := unix.Open(f.place, flags, 0)
	if err != nil {
		return -1, false
	}
	var st unix.Stat_t
	if unix.Fstat(fd, &st) != nil || uint64(st.Dev) != f.dev || st.Ino != f.ino {
		unix.Close(fd)
		return -1, false
	}
	return fd, true
}

func reopen(fd int, readonly bool) (int, error) {
	flags := unix.O_RDWR | unix.O_CLOEXEC | unix.O_NONBLOCK | unix.O_NOCTTY
	if readonly {
		flags = flags&^unix.O_RDWR | unix.O_RDONLY
	}
	got := -1
	err := retry(func() (err error) { got, err = unix.Open(procPath(fd), flags, 0); return })
	if err == unix.ENOENT {
		err = fmt.Errorf("%s: /proc must be mounted to open a file a second time: %w", procPath(fd), err)
	}
	return got, err
}

func procPath(fd int) string { return "/proc/self/fd/" + strconv.Itoa(fd) }

// FromFD takes over a descriptor that was inherited: it opens the same file
// anew and closes fd. n says what to call the file; if n is a path, the name is
// resolved as Open does. When it fails, fd is left as it was.
func FromFD(fd int, n Name) (*File, error) {
	place := ""
	if n.Path != "" {
		var err error
		if place, err = absolute(n); err != nil {
			return nil, err
		}
		// A link that is gone or not fit to be followed does not matter here: the
		// file is open already. The name is then used as it is.
		if p, _, err := resolve("inherit", n); err == nil {
			place = p
		}
	}
	var st unix.Stat_t
	if err := retry(func() error { return unix.Fstat(fd, &st) }); err != nil {
		return nil, fmt.Errorf("usarena: inherit: %s: descriptor %d: %w", n.Given, fd, err)
	}
	if what := irregular(st.Mode); what != "" {
		return nil, errs.Wrap(errs.NotArena, "inherit", "%s: descriptor %d is %s", n.Given, fd, what)
	}
	own, err := reopen(fd, false)
	if err != nil {
		return nil, fmt.Errorf("usarena: inherit: %s: descriptor %d: %w", n.Given, fd, err)
	}
	f, err := adopt("inherit", own, n, place)
	if err == nil && n.Kind == KindSysV {
		if err = f.read("inherit"); err == nil {
			_, err = f.adoptSegment("inherit") // its name may be gone
		}
		if err != nil {
			f.Close()
			return nil, err
		}
	}
	if err == nil {
		unix.Close(fd) // nothing was written through it: no error matters
	}
	return f, err
}

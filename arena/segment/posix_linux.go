package segment

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"golang.org/x/sys/unix"

	"usarena/internal/errs"
)

// OpenPOSIX opens a shared memory object, as shm_open does: flags are os.O_RDONLY or
// os.O_RDWR, with os.O_CREATE to make it if it is not there, os.O_EXCL to insist on
// making it, os.O_TRUNC to empty it. The umask applies to perm. The name is "/name".
//
// A new object is empty: Extend makes room.
func OpenPOSIX(name string, flags int, perm fs.FileMode) (*Segment, error) {
	path, err := posixPath("open", name)
	if err != nil {
		return nil, err
	}
	return openPath(POSIX, name, path, flags, perm)
}

// UnlinkPOSIX removes the name of a shared memory object (shm_unlink). The object goes
// when nobody has it open or attached any more.
func UnlinkPOSIX(name string) error {
	path, err := posixPath("unlink", name)
	if err != nil {
		return err
	}
	return fail("unlink", name, retry(func() error { return unix.Unlink(path) }))
}

func posixPath(op, name string) (string, error) {
	base, ok := strings.CutPrefix(name, "/")
	if !ok || base == "" || base == "." || base == ".." || strings.ContainsAny(base, "/\x00") {
		return "", errs.Wrap(errs.Invalid, op, "%q: the name of a shared memory object is a slash and then no other, as in /name", name)
	}
	return ShmDir + "/" + base, nil
}

// OpenFile opens a file to be shared, with flags and perm as OpenPOSIX.
func OpenFile(path string, flags int, perm fs.FileMode) (*Segment, error) {
	return openPath(File, path, path, flags, perm)
}

func openPath(kind Kind, name, path string, flags int, perm fs.FileMode) (*Segment, error) {
	const known = unix.O_RDWR | unix.O_CREAT | unix.O_EXCL | unix.O_TRUNC
	if flags&^known != 0 {
		return nil, errs.Wrap(errs.Invalid, "open", "%s: flags %#x are not read-only, read-write, create, exclusive or truncate", name, flags&^known)
	}
	if flags&(unix.O_RDWR|unix.O_TRUNC) == unix.O_TRUNC {
		return nil, errs.Wrap(errs.Invalid, "open", "%s: what is opened read-only cannot be truncated", name)
	}
	var fd int
	err := retry(func() (err error) {
		fd, err = unix.Open(path, flags|unix.O_CLOEXEC|unix.O_NOFOLLOW|unix.O_NONBLOCK, uint32(perm.Perm()))
		return err
	})
	if errors.Is(err, unix.ELOOP) {
		return nil, fmt.Errorf("usarena: open: %s: is a symbolic link, open what it leads to: %w", name, err)
	}
	if err != nil {
		return nil, fail("open", name, err)
	}
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		unix.Close(fd)
		return nil, fail("open", name, err)
	}
	if st.Mode&unix.S_IFMT != unix.S_IFREG {
		unix.Close(fd)
		return nil, errs.Wrap(errs.Invalid, "open", "%s: is no regular file", name)
	}
	return &Segment{kind: kind, name: name, path: path, id: -1, fd: fd}, nil
}

// NewMemfd makes nameless memory of size bytes, all zero. It goes with the last
// descriptor and attachment. Its name is for people, who see it in /proc/PID/maps.
func NewMemfd(name string, size int64) (*Segment, error) {
	fd, err := unix.MemfdCreate(name, unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return nil, fail("memfd", name, err)
	}
	s := &Segment{kind: Memfd, name: name, id: -1, fd: fd}
	if err := s.Extend(size); err != nil {
		unix.Close(fd)
		return nil, err
	}
	return s, nil
}

// Seals of a memfd, to be combined.
const (
	SealShrink = unix.F_SEAL_SHRINK // it can never be shortened
	SealGrow   = unix.F_SEAL_GROW   // it can never be extended
	SealWrite  = unix.F_SEAL_WRITE  // it can never be written; refused while it is attached for writing
	SealSeal   = unix.F_SEAL_SEAL   // no seal can be added
)

// Seal adds seals to a memfd, for all processes and for good.
func (s *Segment) Seal(seals int) error {
	return s.with("seal", func() error {
		if s.kind != Memfd {
			return s.cannot("seal", "only a memfd can be sealed")
		}
		_, err := unix.FcntlInt(uintptr(s.fd), unix.F_ADD_SEALS, seals)
		return fail("seal", s.name, err)
	})
}

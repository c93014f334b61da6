package backing

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"usarena/arena/segment"
	"usarena/internal/layout"
)

// File is an open arena file. Its methods may be called from several goroutines
// until Close.
type File struct {
	Name Name

	place    string // absolute path, links resolved; "" for a memfd
	fd       int
	dev, ino uint64
	uid      uint32
	size     uint64 // when it was opened
	building bool   // nobody else can reach it yet
	tmp      string // a name to be taken away
	named    bool   // while building: place is this file's name
	closed   atomic.Bool

	seg   *segment.Segment // System V: where the bytes are
	about layout.Companion // and what the file says of it
}

// adopt makes a File of a descriptor; it closes fd when it fails.
func adopt(op string, fd int, n Name, place string) (*File, error) {
	f := &File{Name: n, place: place, fd: fd}
	var st unix.Stat_t
	err := retry(func() error { return unix.Fstat(fd, &st) })
	if err != nil {
		err = f.fail(op, err)
	} else if what := irregular(st.Mode); what != "" {
		err = notRegular(op, n, what)
	} else {
		err = CheckFileSystem(fd, n.Given)
	}
	if err != nil {
		unix.Close(fd)
		return nil, err
	}
	f.dev, f.ino, f.uid = uint64(st.Dev), uint64(st.Ino), st.Uid
	f.size = uint64(st.Size)
	return f, nil
}

// irregular names a kind of file that is not a regular one; "" for a regular
// one.
func irregular(mode uint32) string {
	switch mode & unix.S_IFMT {
	case unix.S_IFREG:
		return ""
	case unix.S_IFDIR:
		return "a directory"
	case unix.S_IFIFO:
		return "a FIFO"
	case unix.S_IFCHR:
		return "a character device"
	case unix.S_IFBLK:
		return "a block device"
	case unix.S_IFSOCK:
		return "a socket"
	case unix.S_IFLNK:
		return "a symbolic link"
	}
	return fmt.Sprintf("of unknown type %#o", mode&unix.S_IFMT)
}

// retry calls f until no signal interrupts it.
func retry(f func() error) error {
	for {
		if err := f(); err != unix.EINTR {
			return err
		}
	}
}

func (f *File) fail(op string, err error) error {
	return fmt.Errorf("usarena: %s: %s: %w", op, f.Name.Given, err)
}

// FD is the descriptor; it stays the File's.
func (f *File) FD() int { return f.fd }

// Place is the absolute path at which the file was found or made, links
// resolved; "" for a memfd. It means the same in every process.
func (f *File) Place() string { return f.place }

// ID is device and inode: two names of one file have the same.
func (f *File) ID() (dev, ino uint64) { return f.dev, f.ino }

// Owner is the user id that owned the file when it was opened.
func (f *File) Owner() uint32 { return f.uid }

// Chmod sets the permission bits of perm, whatever the umask.
func (f *File) Chmod(perm fs.FileMode) error {
	if f.seg != nil {
		if err := f.setMode(perm); err != nil {
			return err
		}
	}
	if err := retry(func() error { return unix.Fchmod(f.fd, uint32(perm.Perm())) }); err != nil {
		return f.fail("chmod "+strconv.FormatUint(uint64(perm.Perm()), 8), err)
	}
	return nil
}

// Seal keeps everybody from making an anonymous file shorter. Other files have
// no such protection and Seal does nothing. It may be repeated.
func (f *File) Seal() error {
	if f.Name.Kind != KindMemfd {
		return nil
	}
	const want = unix.F_SEAL_SHRINK | unix.F_SEAL_SEAL
	if has, err := unix.FcntlInt(uintptr(f.fd), unix.F_GET_SEALS, 0); err == nil && has&unix.F_SEAL_SHRINK != 0 {
		return nil
	}
	if _, err := unix.FcntlInt(uintptr(f.fd), unix.F_ADD_SEALS, want); err != nil {
		return f.fail("seal", err)
	}
	return nil
}

// Close closes the descriptor. It may be repeated; other descriptions made with
// Reopen are not affected.
func (f *File) Close() error {
	if f.closed.Swap(true) {
		return nil
	}
	// A close that a signal interrupts has closed all the same.
	if err := unix.Close(f.fd); err != nil && !errors.Is(err, unix.EINTR) {
		return f.fail("close", err)
	}
	return nil
}

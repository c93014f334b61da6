package backing

import (
	"fmt"
	"io"
	"io/fs"

	"golang.org/x/sys/unix"
)

// ReadAt reads len(b) bytes at off; io.EOF where the file ends before.
func (f *File) ReadAt(b []byte, off int64) (int, error) {
	if f.seg != nil {
		return f.transfer("read", f.seg.ReadAt, b, off)
	}
	n := 0
	for n < len(b) {
		got := 0
		err := retry(func() (err error) { got, err = unix.Pread(f.fd, b[n:], off+int64(n)); return })
		if err != nil {
			return n, f.fail("read", err)
		}
		if got == 0 {
			return n, io.EOF
		}
		n += got
	}
	return n, nil
}

// CopyFrom makes a new file as long as another one, with the same content. Where
// that has holes this one has holes.
func (f *File) CopyFrom(from *File) error {
	size, err := from.Size()
	if err != nil {
		return err
	}
	if err := f.Truncate(size); err != nil {
		return err
	}
	b := make([]byte, 1<<20)
	for at := int64(0); at < int64(size); {
		data, end, err := from.stretch(at)
		if err == unix.ENXIO { // a hole up to the end
			return nil
		}
		if err != nil {
			return from.fail("copy", err)
		}
		for at = data; at < min(end, int64(size)); {
			n, err := from.ReadAt(b[:min(int64(len(b)), end-at)], at)
			if err != nil && err != io.EOF {
				return err
			}
			if n == 0 {
				return from.fail("copy", fmt.Errorf("it got shorter meanwhile: %w", io.ErrUnexpectedEOF))
			}
			if _, err := f.WriteAt(b[:n], at); err != nil {
				return err
			}
			at += int64(n)
		}
	}
	return nil
}

// stretch is where, at or after at, the next stretch of data begins and ends;
// ENXIO if there is none. A segment is all data.
func (f *File) stretch(at int64) (from, to int64, err error) {
	if f.seg != nil {
		return at, int64(f.size), nil
	}
	if from, err = seek(f.fd, at, unix.SEEK_DATA); err == nil {
		to, err = seek(f.fd, from, unix.SEEK_HOLE)
	}
	return from, to, err
}

// NextData is where, at or after off, bytes may be that are not zero; beyond the
// end of the file if there are none.
func (f *File) NextData(off uint64) uint64 {
	if f.seg != nil {
		return off
	}
	next, err := seek(f.fd, int64(off), unix.SEEK_DATA)
	switch {
	case err == unix.ENXIO:
		return 1<<63 - 1
	case err != nil: // a file system that does not know
		return off
	}
	return uint64(next)
}

// seek finds where data or a hole begins. A variable for tests: a file system
// that knows no holes says that all is data.
var seek = func(fd int, at int64, whence int) (int64, error) {
	for {
		if at, err := unix.Seek(fd, at, whence); err != unix.EINTR {
			return at, err
		}
	}
}

// KeepOwner gives a new file the owner and group of another one.
func (f *File) KeepOwner(of *File) error {
	var is, want unix.Stat_t
	if err := retry(func() error { return unix.Fstat(f.fd, &is) }); err != nil {
		return f.fail("owner", err)
	}
	if err := retry(func() error { return unix.Fstat(of.fd, &want) }); err != nil {
		return of.fail("owner", err)
	}
	if is.Uid == want.Uid && is.Gid == want.Gid {
		return nil
	}
	if err := retry(func() error { return unix.Fchown(f.fd, int(want.Uid), int(want.Gid)) }); err != nil {
		return f.fail(fmt.Sprintf("give it to user %d, group %d, as before", want.Uid, want.Gid), err)
	}
	return nil
}

// Perm is the file's permissions.
func (f *File) Perm() (fs.FileMode, error) {
	var st unix.Stat_t
	if err := retry(func() error { return unix.Fstat(f.fd, &st) }); err != nil {
		return 0, f.fail("permissions", err)
	}
	return fs.FileMode(st.Mode).Perm(), nil
}

// LinkAs gives the file one more name, an absolute path: fs.ErrExist if it is
// taken.
func (f *File) LinkAs(place string) error {
	if err := f.link(place); err != nil {
		return f.fail("link "+place, err)
	}
	return nil
}

// Drop takes a name away that LinkAs gave.
func (f *File) Drop(place string) error {
	if err := retry(func() error { return unix.Unlink(place) }); err != nil {
		return f.fail("unlink "+place, err)
	}
	return nil
}

// Sync waits until the file is where a loss of power leaves it.
func (f *File) Sync() error {
	if err := retry(func() error { return unix.Fsync(f.fd) }); err != nil {
		return f.fail("sync", err)
	}
	return nil
}

package backing

import (
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/dustin/go-humanize"
	"golang.org/x/sys/unix"

	"usarena/arena/segment"
	"usarena/internal/errs"
	"usarena/internal/layout"
)

// Segmented reports that the bytes are in a System V segment: they are attached
// with Attach, and cannot be mapped through FD.
func (f *File) Segmented() bool { return f.seg != nil }

// Attach maps the whole segment, in place of what is at addr; 0: wherever there is
// room. munmap gives it back.
func (f *File) Attach(addr uintptr, readOnly bool) ([]byte, error) {
	flags := 0
	if readOnly {
		flags |= int(segment.ReadOnly)
	}
	if addr != 0 {
		flags |= int(segment.Remap)
	}
	b, err := unix.SysvShmAttach(f.seg.ID(), addr, flags)
	return b, removed(err)
}

// populate makes pieces of the segment exist.
func (f *File) populate(pieces []layout.Piece) error {
	b, err := f.Attach(0, false)
	if err != nil {
		return err
	}
	defer unix.SysvShmDetach(b)
	for _, p := range pieces {
		from, to := p.Off&^layout.PageMask, p.Off+p.Len
		if to > uint64(len(b)) {
			return errs.Wrap(errs.NoSpace, "reserve", "%s: up to %d, the segment has %d bytes and cannot grow: make a larger one", f.Name.Given, to, len(b))
		}
		err := retry(func() error { return madvise(b[from:to], unix.MADV_POPULATE_WRITE) })
		if err == unix.EINVAL && f.building { // a kernel that does not know it; nobody else is here yet
			for i := from; i < to; i += layout.PageSize {
				b[i] = 0
			}
			err = nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// madvise is a variable for tests.
var madvise = unix.Madvise

// noSegment explains why there can be no segment of that size.
func (f *File) noSegment(op string, size uint64, err error) error {
	if errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.ENOMEM) || errors.Is(err, unix.EINVAL) {
		return fmt.Errorf("usarena: %s: %s: a segment of %s: %w: %w", op, f.Name.Given, humanize.IBytes(size), errs.NoSpace, err)
	}
	return f.fail(op, err)
}

// transfer moves bytes from or to the segment.
func (f *File) transfer(op string, move func([]byte, int64) (int, error), b []byte, off int64) (int, error) {
	n, err := move(b, off)
	if err != nil && err != io.EOF {
		if _, gone := f.seg.Stat(); gone != nil {
			err = removed(err)
		}
		err = f.fail(op, err)
	}
	return n, err
}

// setMode gives the segment its permissions.
func (f *File) setMode(perm fs.FileMode) error {
	if err := f.seg.SetMode(perm.Perm()); err != nil {
		return f.fail("chmod", err)
	}
	return nil
}

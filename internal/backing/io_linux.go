package backing

import (
	"io"

	"golang.org/x/sys/unix"

	"usarena/internal/errs"
)

// ReadHeader reads the beginning of the file into b, fewer bytes where the file
// is shorter. What it returns is private: nobody changes it while it is checked.
func (f *File) ReadHeader(b []byte) (int, error) {
	if f.seg != nil {
		n, err := f.ReadAt(b, 0)
		if err == io.EOF {
			err = nil
		}
		return n, err
	}
	n := 0
	for n < len(b) {
		got := 0
		err := retry(func() (err error) { got, err = unix.Pread(f.fd, b[n:], int64(n)); return })
		if err != nil {
			return n, f.fail("read", err)
		}
		if got == 0 {
			break
		}
		n += got
	}
	return n, nil
}

// WriteAt writes all of b at off.
func (f *File) WriteAt(b []byte, off int64) (int, error) {
	if off < 0 {
		return 0, errs.Wrap(errs.Invalid, "write", "%s: offset %d is negative", f.Name.Given, off)
	}
	if f.seg != nil {
		return f.transfer("write", f.seg.WriteAt, b, off)
	}
	n := 0
	for n < len(b) {
		put := 0
		err := retry(func() (err error) { put, err = unix.Pwrite(f.fd, b[n:], off+int64(n)); return })
		if err != nil {
			return n, f.noSpace("write", uint64(len(b)-n), err)
		}
		n += put
	}
	return n, nil
}

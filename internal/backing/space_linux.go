package backing

import (
	"golang.org/x/sys/unix"

	"usarena/internal/errs"
	"usarena/internal/layout"
)

// Size is the length of the file in bytes. It decides nothing: how much of an
// arena exists stands in its header.
func (f *File) Size() (uint64, error) {
	if f.seg != nil {
		return f.size, nil // as long as it exists
	}
	var st unix.Stat_t
	if err := retry(func() error { return unix.Fstat(f.fd, &st) }); err != nil {
		return 0, f.fail("size", err)
	}
	return uint64(st.Size), nil
}

// SizeAtFirst is what Size was when the file was opened. Since then it has only
// grown, unless something truncated it.
func (f *File) SizeAtFirst() uint64 { return f.size }

// Truncate makes the file at least size bytes long. A smaller size is
// errs.Invalid, and even when another process makes the file longer meanwhile
// nothing is ever cut off: once others can reach the file its last byte is
// allocated instead of its length set. Nothing else is reserved.
func (f *File) Truncate(size uint64) error {
	now, err := f.Size()
	if err != nil || size == now || f.seg != nil && size < now {
		return err
	}
	if size < now {
		return errs.Wrap(errs.Invalid, "truncate", "%s: to %d bytes, it has %d and never gets shorter", f.Name.Given, size, now)
	}
	if !f.building {
		return f.Reserve([]layout.Piece{{Off: size - 1, Len: 1}})
	}
	if int64(size) < 0 {
		return f.noSpace("truncate", size-now, unix.EFBIG)
	}
	if err := retry(func() error { return unix.Ftruncate(f.fd, int64(size)) }); err != nil {
		return f.noSpace("truncate", size-now, err)
	}
	return nil
}

// Bytes allocated at one go where there is plenty. tmpfs undoes a piece and gives
// up whenever a signal arrives, so a process with a timer might never finish a
// large one.
const (
	mostAtOnce  = 64 << 20
	leastAtOnce = 1 << 20
)

// Reserve makes the pieces exist, so that no store into them can fail. It may be
// repeated; what was reserved stays, data included. errs.NoSpace, with the
// system's reason, tells how much was wanted and how much there is. What was
// reserved before a failure stays reserved: another process may have counted on
// it.
func (f *File) Reserve(pieces []layout.Piece) error {
	end, total := uint64(0), uint64(0)
	for _, p := range pieces {
		if p.Off+p.Len < p.Off {
			return errs.Wrap(errs.Invalid, "reserve", "%s: %d bytes at %d", f.Name.Given, p.Len, p.Off)
		}
		end = max(end, p.Off+p.Len)
		total += p.Len
	}
	if int64(end) < 0 {
		return f.noSpace("reserve", total, unix.EFBIG)
	}
	if f.seg != nil {
		if err := f.populate(pieces); err != nil {
			return f.noSpace("reserve", total, err)
		}
		return nil
	}
	for _, p := range pieces {
		if err := f.reserve(p); err != nil {
			return f.noSpace("reserve", total, err)
		}
	}
	return nil
}

func (f *File) reserve(p layout.Piece) error {
	step := uint64(mostAtOnce)
	if avail, _, known := f.space(); known && avail < p.Len {
		step = p.Len // tight: let the kernel decide as a whole and roll back
	}
	for p.Len > 0 {
		n := min(step, p.Len)
		err := fallocate(f.fd, 0, int64(p.Off), int64(n))
		if err == unix.EINTR {
			step = max(n/2, leastAtOnce)
			continue
		}
		if err != nil {
			return err
		}
		p.Off, p.Len = p.Off+n, p.Len-n
	}
	return nil
}

// fallocate is a variable so that tests can let it fail.
var fallocate = unix.Fallocate

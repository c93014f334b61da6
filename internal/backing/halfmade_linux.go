package backing

import (
	"errors"
	"fmt"
	"io/fs"

	"golang.org/x/sys/unix"

	"usarena/arena/segment"
	"usarena/internal/errs"
	"usarena/internal/layout"
)

// unfinished finishes or takes away what its maker, who died, has left. f.seg is nil
// after it if the maker was done in the instant before.
func (f *File) unfinished(op string) error {
	const busy = "%s: somebody is just making it"
	if err := flock(f.fd); err != nil {
		if err == unix.EWOULDBLOCK {
			return errs.Wrap(errs.Busy, op, busy, f.Name.Given)
		}
		return f.fail(op, err)
	}
	defer unix.Flock(f.fd, unix.LOCK_UN)
	if same, err := f.SamePath(); err != nil || !same {
		return errors.Join(err, f.fail(op, unix.ENOENT))
	}
	if err := f.read(op); err != nil || f.about.State != 0 {
		return err
	}
	if seg := f.byKey(); seg != nil {
		if f.isIn(seg) {
			f.seg, f.size = seg, f.about.Size
			return errors.Join(f.Chmod(fs.FileMode(headerIn(seg).Mode)), f.commit())
		}
		if err := seg.Remove(); err != nil {
			return f.fail(op, err)
		}
	}
	if err := retry(func() error { return unix.Unlink(f.place) }); err != nil {
		return f.fail(op, err)
	}
	return f.fail(op, fmt.Errorf("its maker died: %w", unix.ENOENT))
}

// byKey is the segment that the companion's key leads to, if it is the one that its
// maker has made.
func (f *File) byKey() *segment.Segment {
	seg, err := segment.Get(segment.Key(f.about.Key), 0, 0)
	if err != nil || f.about.Key == 0 {
		return nil
	}
	st, err := seg.Stat()
	if err != nil || uint32(st.Creator) != f.about.Pid || st.Size != f.about.Size {
		return nil // another program's
	}
	return seg
}

// isIn says that the arena of this companion is in the segment.
func (f *File) isIn(seg *segment.Segment) bool {
	h := headerIn(seg)
	return h != nil && h.Companion() == f.Companion()
}

// headerIn is the header in a segment, nil if there is no sound one.
func headerIn(seg *segment.Segment) *layout.Header {
	b := make([]byte, layout.HeaderSize)
	if _, err := seg.ReadAt(b, 0); err != nil {
		return nil
	}
	h := layout.HeaderOf(b)
	if _, err := layout.Verify(h, ""); err != nil {
		return nil
	}
	return h
}

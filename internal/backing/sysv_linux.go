package backing

import (
	"errors"
	"fmt"
	"io/fs"
	"time"

	"golang.org/x/sys/unix"

	"usarena/arena/segment"
	"usarena/internal/errs"
)

// openSegment finds the segment of a companion that is open. What a maker or a
// remover that died has left is finished or taken away. fs.ErrNotExist: the name
// leads nowhere (any more). errs.Busy: somebody is just making the arena.
func (f *File) openSegment(op string) error {
	if err := f.read(op); err != nil {
		return err
	}
	if f.about.State == 0 {
		if err := f.unfinished(op); err != nil || f.seg != nil {
			return err
		}
	}
	st, err := f.adoptSegment(op)
	if err == nil && !st.Destroyed {
		return nil
	}
	if seg := f.byKey(); seg != nil && f.isIn(seg) { // State is damaged, and the key leads there
		f.seg, f.size = seg, f.about.Size
		return nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := f.alone(op, func() error { return retry(func() error { return unix.Unlink(f.place) }) }); err != nil {
		return err
	}
	return f.fail(op, fmt.Errorf("somebody has removed its segment, shmid %d: %w", f.about.State-1, unix.ENOENT))
}

// adoptSegment takes the segment that the companion names, if it is its.
func (f *File) adoptSegment(op string) (segment.Stat, error) {
	var st segment.Stat
	if f.about.State > 1<<31 {
		return st, errs.Wrap(errs.Corrupt, op, "%s: lock file %s names the segment %#x, which cannot be one", f.Name.Given, f.place, f.about.State-1)
	}
	seg, err := segment.ByID(int(f.about.State - 1))
	if err == nil {
		st, err = seg.Stat()
	}
	if err != nil {
		return st, f.fail(op, removed(err))
	}
	if st.Size != f.about.Size || !st.Destroyed && uint32(st.Key) != f.about.Key {
		return st, errs.Wrap(errs.Corrupt, op, "%s: lock file %s names shmid %d, which has key %#x and %d bytes, not %#x and %d: remove the lock file and, with usarena sysv rm, the segment",
			f.Name.Given, f.place, seg.ID(), uint32(st.Key), st.Size, f.about.Key, f.about.Size)
	}
	f.seg, f.size = seg, st.Size
	return st, nil
}

// removed is err in words that mean the same for a file: the system has no word of
// its own for a segment that is gone.
func removed(err error) error {
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.EIDRM) {
		return fmt.Errorf("its segment is gone: %w: %w", unix.ENOENT, err)
	}
	return err
}

// alone calls change with the flock, if the name still leads to this companion.
func (f *File) alone(op string, change func() error) error {
	for end := time.Now().Add(lockPatience); ; time.Sleep(time.Millisecond) {
		err := flock(f.fd)
		if err == nil {
			break
		}
		if err != unix.EWOULDBLOCK {
			return f.fail(op, err)
		}
		if time.Now().After(end) {
			return errs.Wrap(errs.Busy, op, "%s: somebody holds its lock file %s (stopped half way?)", f.Name.Given, f.place)
		}
	}
	defer unix.Flock(f.fd, unix.LOCK_UN)
	if same, err := f.SamePath(); err != nil || !same {
		return err
	}
	if err := change(); err != nil {
		return f.fail(op, err)
	}
	return nil
}

// lockPatience is how long to wait for somebody who needs a few system calls.
const lockPatience = 2 * time.Second

// unlinkSegment removes segment and companion. Killed in between, the name that is
// left leads nowhere.
func (f *File) unlinkSegment() error {
	return f.alone("unlink", func() error {
		if err := removed(f.seg.Remove()); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return retry(func() error { return unix.Unlink(f.place) })
	})
}

package segment

import (
	"errors"
	"fmt"
	"io"
	"math"

	"golang.org/x/sys/unix"

	"usarena/internal/errs"
)

// Extend makes the segment at least size bytes long, and reserves them: a full file
// system is an error here, and no access faults later. It never makes it shorter. A
// System V segment keeps the size that it was made with. The new bytes are zero.
func (s *Segment) Extend(size int64) error {
	return s.with("extend", func() error {
		if size < 0 {
			return errs.Wrap(errs.Invalid, "extend", "%s: to %d bytes", s.name, size)
		}
		st, err := s.stat("extend")
		if err != nil || uint64(size) <= st.Size {
			return err
		}
		if s.kind == SysV {
			return s.cannot("extend", fmt.Sprintf("a System V segment keeps its size, %d bytes", st.Size))
		}
		err = retry(func() error { return unix.Fallocate(s.fd, 0, 0, size) })
		if errors.Is(err, unix.EOPNOTSUPP) { // this file system reserves nothing
			err = retry(func() error { return unix.Ftruncate(s.fd, size) })
		}
		if err != nil {
			return fmt.Errorf("usarena: extend: %s: from %d to %d bytes: %w", s.name, st.Size, size, err)
		}
		return nil
	})
}

// ReadAt reads from byte off on, as io.ReaderAt says.
func (s *Segment) ReadAt(p []byte, off int64) (n int, err error) {
	n, err = s.transfer("read", p, off, ReadOnly, func(v []byte) int { return copy(p, v) }, unix.Pread)
	if err == nil && n < len(p) {
		err = io.EOF
	}
	return n, err
}

// WriteAt writes from byte off on, as io.WriterAt says. It does not make the segment
// longer: io.ErrShortWrite.
func (s *Segment) WriteAt(p []byte, off int64) (n int, err error) {
	n, err = s.transfer("write", p, off, 0, func(v []byte) int { return copy(v, p) }, unix.Pwrite)
	if err == nil && n < len(p) {
		err = fmt.Errorf("usarena: write: %s: %d bytes at %d, it ends after %d of them: %w", s.name, len(p), off, n, io.ErrShortWrite)
	}
	return n, err
}

// transfer moves what of p lies within the segment: a System V segment through an
// attachment for as long as it takes, the others through their descriptor.
func (s *Segment) transfer(op string, p []byte, off int64, flags AttachFlags, move func([]byte) int, call func(int, []byte, int64) (int, error)) (n int, err error) {
	err = s.with(op, func() error {
		if off < 0 {
			return errs.Wrap(errs.Invalid, op, "%s: at %d", s.name, off)
		}
		if s.kind == SysV {
			v, err := unix.SysvShmAttach(s.id, 0, int(flags))
			if err != nil {
				return fail(op, s.name, err)
			}
			n = move(v[min(off, int64(len(v))):])
			return s.detach(v)
		}
		st, err := s.stat(op)
		if err != nil {
			return err
		}
		end := min(uint64(off)+uint64(len(p)), st.Size, math.MaxInt64)
		for uint64(off)+uint64(n) < end {
			k, err := call(s.fd, p[n:end-uint64(off)], off+int64(n))
			if err == unix.EINTR {
				continue
			}
			if n += max(k, 0); err != nil || k == 0 {
				return fail(op, s.name, err)
			}
		}
		return nil
	})
	return n, err
}

// Remove takes the segment out of its name space (shm_unlink, IPC_RMID, unlink): it
// goes with the last who has it open or attached, and nobody finds it any more. By
// permissions of the directory, or as the owner or creator of a System V segment.
func (s *Segment) Remove() error {
	return s.with("remove", func() error {
		switch s.kind {
		case Memfd:
			return s.cannot("remove", "it has no name, and goes with the last who has it open")
		case SysV:
			_, err := unix.SysvShmCtl(s.id, unix.IPC_RMID, nil)
			return fail("remove", s.name, err)
		}
		var here, there unix.Stat_t
		if err := unix.Fstat(s.fd, &here); err != nil {
			return fail("remove", s.name, err)
		}
		if err := retry(func() error { return unix.Lstat(s.path, &there) }); err != nil {
			return fail("remove", s.name, err)
		}
		if here.Dev != there.Dev || here.Ino != there.Ino {
			return fmt.Errorf("usarena: remove: %s: the name leads to another object by now: %w", s.name, unix.ENOENT)
		}
		return fail("remove", s.name, retry(func() error { return unix.Unlink(s.path) }))
	})
}

// Close detaches what is attached and closes the descriptor. The segment stays. Later
// calls give fs.ErrClosed; closing again does nothing.
func (s *Segment) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	var all []error
	for _, v := range s.views {
		all = append(all, s.detach(v))
	}
	s.views = nil
	if s.fd >= 0 {
		all = append(all, fail("close", s.name, unix.Close(s.fd)))
	}
	return errors.Join(all...)
}

package segment

import (
	"fmt"
	"math"
	"slices"
	"unsafe"

	"golang.org/x/sys/unix"

	"usarena/internal/errs"
)

// Attach makes the whole segment, as long as it is now, part of this process's
// memory (shmat, mmap). With an address other than 0 it begins there: a multiple of
// the page size, or any with Round; an address in use is an error unless Remap is
// given, which replaces what was there, whoever's it was. It may be attached several
// times, to different addresses, where all see the same bytes.
//
// fs.ErrPermission: not for this process, or opened read-only and attached without
// ReadOnly. ErrInvalid: the address, or the segment is empty.
func (s *Segment) Attach(addr uintptr, flags AttachFlags) (b []byte, err error) {
	err = s.with("attach", func() error {
		if flags&^(ReadOnly|Round|Remap|Exec) != 0 {
			return errs.Wrap(errs.Invalid, "attach", "%s: flags %#o are not ReadOnly, Round, Remap or Exec", s.name, int(flags))
		}
		if flags&Remap != 0 && addr == 0 {
			return errs.Wrap(errs.Invalid, "attach", "%s: Remap needs an address", s.name)
		}
		if s.kind == SysV {
			b, err = unix.SysvShmAttach(s.id, addr, int(flags))
		} else {
			b, err = s.mmap(addr, flags)
		}
		if err != nil {
			at := ""
			if addr != 0 {
				at = fmt.Sprintf(" at %#x", addr)
			}
			return fail("attach", s.name+at, err)
		}
		if flags&Remap != 0 { // what lay there before is no attachment any more
			s.views = slices.DeleteFunc(s.views, func(v []byte) bool { return overlap(v, b) })
		}
		s.views = append(s.views, b)
		return nil
	})
	return b, err
}

func (s *Segment) mmap(addr uintptr, flags AttachFlags) ([]byte, error) {
	st, err := s.stat("attach")
	if err != nil {
		return nil, err
	}
	switch {
	case st.Size == 0:
		return nil, fmt.Errorf("it is empty, and any access would fault; Extend it first: %w", errs.Invalid)
	case st.Size > math.MaxInt:
		return nil, fmt.Errorf("it has %d bytes, more than this process can see: %w", st.Size, unix.ENOMEM)
	}
	prot, how := unix.PROT_READ, unix.MAP_SHARED
	if flags&ReadOnly == 0 {
		prot |= unix.PROT_WRITE
	}
	if flags&Exec != 0 {
		prot |= unix.PROT_EXEC
	}
	if flags&Round != 0 {
		addr -= addr % LowerBoundary
	}
	switch {
	case flags&Remap != 0:
		how |= unix.MAP_FIXED
	case addr != 0:
		how |= unix.MAP_FIXED_NOREPLACE
	}
	p, err := unix.MmapPtr(s.fd, 0, unsafe.Add(nil, addr), uintptr(st.Size), prot, how)
	if err != nil {
		return nil, err
	}
	return unsafe.Slice((*byte)(p), int(st.Size)), nil
}

// Detach takes an attachment, as Attach gave it, out of this process's memory (shmdt,
// munmap).
func (s *Segment) Detach(b []byte) error {
	return s.with("detach", func() error {
		for i, v := range s.views {
			if len(b) == len(v) && unsafe.SliceData(b) == unsafe.SliceData(v) {
				s.views = slices.Delete(s.views, i, i+1)
				return s.detach(v)
			}
		}
		return errs.Wrap(errs.Invalid, "detach", "%s: these %d bytes are not what Attach gave", s.name, len(b))
	})
}

func (s *Segment) detach(v []byte) error {
	if s.kind == SysV {
		return fail("detach", s.name, unix.SysvShmDetach(v))
	}
	return fail("detach", s.name, unix.MunmapPtr(unsafe.Pointer(unsafe.SliceData(v)), uintptr(len(v))))
}

// Address is where an attachment begins.
func Address(b []byte) uintptr { return uintptr(unsafe.Pointer(unsafe.SliceData(b))) }

// overlap says that two ranges have pages in common.
func overlap(a, b []byte) bool {
	page := LowerBoundary - 1
	return Address(a) < (Address(b)+uintptr(len(b))+page)&^page && Address(b) < (Address(a)+uintptr(len(a))+page)&^page
}

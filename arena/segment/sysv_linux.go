package segment

import (
	"errors"
	"fmt"
	"io/fs"
	"math"

	"golang.org/x/sys/unix"

	"usarena/internal/errs"
)

// LowerBoundary is what Round rounds addresses to (SHMLBA), in bytes.
var LowerBoundary = uintptr(unix.Getpagesize())

// Get finds the System V segment of a key, or makes it (shmget). Flags are Create and
// Exclusive with permissions, as in Create|0o600; the umask does not apply. A new
// segment has size bytes, all zero, in whole pages, and never another size; one that
// is found must have at least size, which may be 0 then.
//
// fs.ErrExist: Create|Exclusive, and it is there. fs.ErrNotExist: it is not, and no
// Create. fs.ErrPermission: it is there, and not for this process with these
// permissions. ErrInvalid: a new one below SHMMIN or above SHMMAX, or an old one that
// is smaller. ENOSPC: SHMMNI segments or SHMALL pages are there already. ENOMEM: no
// memory.
func Get(key Key, size uint64, flags int) (*Segment, error) {
	name := fmt.Sprintf("sysv:%#x", uint32(key))
	if key == Private {
		name = "sysv:private"
	}
	if flags&^(Create|Exclusive|0o777) != 0 {
		return nil, errs.Wrap(errs.Invalid, "get", "%s: flags %#o are not Create, Exclusive or permissions", name, flags)
	}
	if size > math.MaxInt {
		return nil, errs.Wrap(errs.Invalid, "get", "%s: %d bytes are more than this process can have", name, size)
	}
	id, err := unix.SysvShmGet(int(key), int(size), flags)
	if err != nil {
		return nil, refused(key, name, size, flags, err)
	}
	if key == Private {
		name = fmt.Sprintf("shmid %d", id)
	}
	return &Segment{kind: SysV, name: name, id: id, fd: -1}, nil
}

// refused says why shmget may have failed, with the numbers that it goes by.
func refused(key Key, name string, size uint64, flags int, err error) error {
	why := ""
	l, lerr := SystemLimits()
	switch {
	case lerr != nil:
	case errors.Is(err, unix.EINVAL) && (size < l.SegmentMin || size > l.SegmentMax):
		why = fmt.Sprintf("a new segment has %d to %d bytes (SHMMIN, SHMMAX), not %d: ", l.SegmentMin, l.SegmentMax, size)
	case errors.Is(err, unix.EINVAL):
		why = fmt.Sprintf("the segment that is there has less than %d bytes: ", size)
		if s, gerr := Get(key, 0, 0); gerr == nil {
			if st, serr := s.Stat(); serr == nil {
				why = fmt.Sprintf("the segment that is there has %d bytes, not %d: ", st.Size, size)
			}
		}
	case errors.Is(err, unix.ENOSPC):
		why = fmt.Sprintf("%d segments are possible (SHMMNI) and %d pages in all (SHMALL); ipcrm or usarena sysv rm removes what nobody needs: ", l.Segments, l.Pages)
	case errors.Is(err, fs.ErrNotExist):
		why = "no segment has this key, and Create was not given: "
	case errors.Is(err, fs.ErrPermission):
		why = fmt.Sprintf("it is there, without permissions %#o for this process: ", flags&0o777)
	}
	if errors.Is(err, unix.EINVAL) {
		return fmt.Errorf("usarena: get: %s: %s%w: %w", name, why, errs.Invalid, err)
	}
	return fmt.Errorf("usarena: get: %s: %s%w", name, why, err)
}

// ByID is the System V segment with an identifier, which may come from another
// process.
func ByID(id int) (*Segment, error) {
	s := &Segment{kind: SysV, name: fmt.Sprintf("shmid %d", id), id: id, fd: -1}
	if _, err := s.Stat(); err != nil && !errors.Is(err, fs.ErrPermission) {
		return nil, err
	}
	return s, nil
}

// Lock keeps a System V segment's pages from being swapped out (SHM_LOCK). It needs
// CAP_IPC_LOCK, or to be the segment's owner with a sufficient ulimit -l.
func (s *Segment) Lock() error { return s.control("lock", shmLock) }

// Unlock undoes Lock (SHM_UNLOCK).
func (s *Segment) Unlock() error { return s.control("unlock", shmUnlock) }

func (s *Segment) control(op string, cmd int) error {
	return s.with(op, func() error {
		if s.kind != SysV {
			return s.cannot(op, "only System V segments have this")
		}
		_, err := unix.SysvShmCtl(s.id, cmd, nil)
		return fail(op, s.name, err)
	})
}

// Commands and flags that package unix does not have.
const (
	shmLock    = 11
	shmUnlock  = 12
	shmStat    = 13
	shmInfo    = 14
	shmStatAny = 15
	ipcInfo    = 3

	modeDest   = 0o1000
	modeLocked = 0o2000
)

// Ftok is the key that the C library makes of a file and a number, of which the low
// eight bits count (ftok). Two files may have the same.
func Ftok(path string, number int) (Key, error) {
	var st unix.Stat_t
	if err := retry(func() error { return unix.Stat(path, &st) }); err != nil {
		return 0, fail("ftok", path, err)
	}
	if number&0xff == 0 {
		return 0, errs.Wrap(errs.Invalid, "ftok", "%s: the low eight bits of the number %d are zero", path, number)
	}
	return Key(uint32(st.Ino)&0xffff | uint32(st.Dev)&0xff<<16 | uint32(number)&0xff<<24), nil
}

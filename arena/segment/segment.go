package segment

import (
	"io/fs"
	"sync"
	"time"

	"usarena/internal/errs"
)

// ErrInvalid is wrapped where an argument is wrong. It is syscall.EINVAL as well.
var ErrInvalid = errs.Invalid

// ShmDir is where the C library keeps POSIX shared memory objects.
const ShmDir = "/dev/shm"

// Kind is a family of segments.
type Kind int

// The families.
const (
	POSIX Kind = iota // a POSIX shared memory object
	SysV              // a System V segment
	File              // a file
	Memfd             // nameless memory
)

// String is the family as people know it.
func (k Kind) String() string {
	switch k {
	case POSIX:
		return "posix"
	case SysV:
		return "sysv"
	case File:
		return "file"
	case Memfd:
		return "memfd"
	}
	return "unknown"
}

// Flags of Get, to be combined with permissions such as 0o600. What they are worth
// is what C programs know as IPC_CREAT and IPC_EXCL.
const (
	Create    = 0o1000 // make the segment if there is none with this key
	Exclusive = 0o2000 // with Create: fs.ErrExist if there is one
)

// Key is the name of a System V segment.
type Key int32

// Private is the key that always makes a new segment, which only its identifier
// leads to.
const Private Key = 0

// AttachFlags say how Attach does it.
type AttachFlags int

// Flags of Attach. Exec, Round and Remap are for System V segments, where they are
// SHM_EXEC, SHM_RND and SHM_REMAP.
const (
	ReadOnly AttachFlags = 0o10000  // it cannot be written through this attachment
	Round    AttachFlags = 0o20000  // the address is rounded down to a multiple of LowerBoundary
	Remap    AttachFlags = 0o40000  // what is mapped at the address is replaced
	Exec     AttachFlags = 0o100000 // its contents can be executed
)

// Segment is an open segment. The zero value is none.
type Segment struct {
	kind Kind
	name string // for people
	path string // POSIX, File: of the object
	id   int    // SysV
	fd   int    // the others

	mu     sync.Mutex
	closed bool
	views  [][]byte // attachments
}

// Kind is the family.
func (s *Segment) Kind() Kind { return s.kind }

// Name is how the segment was named, for people. A System V segment is "sysv:0x1234"
// by its key, or "shmid 5".
func (s *Segment) Name() string { return s.name }

// ID is the identifier of a System V segment (shmid), -1 for the others.
func (s *Segment) ID() int { return s.id }

// Fd is the descriptor, -1 for a System V segment. It is the Segment's: Close closes
// it.
func (s *Segment) Fd() int { return s.fd }

// Bytes is the first attachment that there is now, nil if there is none. It reaches
// to the end of the segment as it was when it was attached.
func (s *Segment) Bytes() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.views) == 0 {
		return nil
	}
	return s.views[0]
}

// Stat is what is known of a segment. What a family does not have is zero.
type Stat struct {
	Name   string      `json:"name"`
	Kind   string      `json:"kind"`
	Size   uint64      `json:"size"` // bytes
	Mode   fs.FileMode `json:"mode"` // permissions
	UID    uint32      `json:"uid"`  // of the owner
	GID    uint32      `json:"gid"`
	Access time.Time   `json:"access_time"` // SysV: of the last attach; zero: never
	Detach time.Time   `json:"detach_time"` // SysV: of the last detach
	Change time.Time   `json:"change_time"`

	// System V only.
	Key       Key    `json:"key"`
	ID        int    `json:"id"`
	Sequence  uint16 `json:"sequence"`
	CUID      uint32 `json:"creator_uid"`
	CGID      uint32 `json:"creator_gid"`
	Creator   int    `json:"creator_pid"`
	Last      int    `json:"last_pid"`    // who attached or detached last
	Attached  uint64 `json:"attachments"` // of all processes
	Destroyed bool   `json:"destroyed"`   // removed, gone with the last detach
	Locked    bool   `json:"locked"`      // SHM_LOCK: not swapped out
}

// Limits are the system's for System V segments (IPC_INFO); a 32-bit process is told
// of no more than it can count.
type Limits struct {
	SegmentMin uint64 `json:"segment_min"` // SHMMIN: bytes of one segment, at least
	SegmentMax uint64 `json:"segment_max"` // SHMMAX: and at most
	Segments   uint64 `json:"segments"`    // SHMMNI: segments in all
	Pages      uint64 `json:"pages"`       // SHMALL: pages in all
	PerProcess uint64 `json:"per_process"` // SHMSEG: segments a process; Linux does not look at it
}

// Usage is what System V segments take at the moment (SHM_INFO).
type Usage struct {
	Segments uint64 `json:"segments"`
	Pages    uint64 `json:"pages"`    // of all segments, used or not
	Resident uint64 `json:"resident"` // pages in memory
	Swapped  uint64 `json:"swapped"`  // pages in swap
}

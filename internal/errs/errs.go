// Package errs holds the sentinel errors that users test with errors.Is. The
// packages that users import give them their public names. A sentinel is never
// returned bare: Wrap adds operation, name and numbers.
package errs

import (
	"fmt"
	"syscall"
)

type sentinel struct {
	text  string
	errno syscall.Errno
}

func (s *sentinel) Error() string { return s.text }

// Is makes some sentinels equal to an errno as well.
func (s *sentinel) Is(target error) bool { return s.errno != 0 && target == error(s.errno) }

// The sentinels.
var (
	NotArena      error = &sentinel{text: "not an arena"}
	Version       error = &sentinel{text: "arena of another version"}
	Corrupt       error = &sentinel{text: "arena is corrupt"}
	Truncated     error = &sentinel{text: "arena file is shorter than its header says"}
	TooManyUsers  error = &sentinel{text: "user table is full", errno: syscall.ENOSPC}
	NoSpace       error = &sentinel{text: "no space", errno: syscall.ENOSPC}
	Invalid       error = &sentinel{text: "invalid argument", errno: syscall.EINVAL}
	NotAllocated  error = &sentinel{text: "not an allocated block"}
	DoubleFree    error = &sentinel{text: "block is already free"}
	NotShareable  error = &sentinel{text: "type cannot be shared"}
	OutsideWindow error = &sentinel{text: "outside this process's window on the arena"}
	FileSystem    error = &sentinel{text: "file system is not usable for an arena"}
	ForeignOwner  error = &sentinel{text: "arena belongs to another user"}
	Busy          error = &sentinel{text: "busy"}
	Closed        error = &sentinel{text: "arena is closed"}
	ReadOnly      error = &sentinel{text: "arena is attached read-only"}

	OwnerDied      error = &sentinel{text: "the previous owner died while it held the lock"}
	NotRecoverable error = &sentinel{text: "lock is not recoverable"}
	Broken         error = &sentinel{text: "barrier is broken"}
	NotOwner       error = &sentinel{text: "lock is held by another user"}
	NotLocked      error = &sentinel{text: "lock is not locked"}
	WrongObject    error = &sentinel{text: "object is of another kind"}
	Queued         error = &sentinel{text: "queued already", errno: syscall.ERANGE}
)

// Wrap is "op: detail: sentinel", with the sentinel inside for errors.Is.
func Wrap(sentinel error, op, format string, args ...any) error {
	return fmt.Errorf("usarena: %s: %s: %w", op, fmt.Sprintf(format, args...), sentinel)
}

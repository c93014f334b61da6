package arena

import "usarena/internal/errs"

// The errors that callers test for with errors.Is. They are never returned bare:
// the error says which operation on which arena failed, with the numbers and
// what to do about it. Errors of the system keep their errno.
var (
	// ErrNotArena: the file is something else; nothing was changed.
	ErrNotArena = errs.NotArena
	// ErrVersion: an arena of another release of the format.
	ErrVersion = errs.Version
	// ErrCorrupt: an arena whose bytes contradict each other.
	ErrCorrupt = errs.Corrupt
	// ErrTruncated: the file is shorter than the arena in it, or became so while it
	// was attached; see Arena.Guard.
	ErrTruncated = errs.Truncated
	// ErrTooManyUsers: every user slot is held by a live process. Also
	// syscall.ENOSPC, as on IRIX; the text lists the holders.
	ErrTooManyUsers = errs.TooManyUsers
	// ErrNoSpace: the arena is full and may not grow, or the file system or the
	// machine has no room. Also syscall.ENOSPC.
	ErrNoSpace = errs.NoSpace
	// ErrInvalid: an argument that can never work. Also syscall.EINVAL.
	ErrInvalid = errs.Invalid
	// ErrNotAllocated: the offset is not the start of a live block.
	ErrNotAllocated = errs.NotAllocated
	// ErrDoubleFree: the block was free already.
	ErrDoubleFree = errs.DoubleFree
	// ErrNotShareable: a type that other processes could not read.
	ErrNotShareable = errs.NotShareable
	// ErrOutsideWindow: an offset that exists, but not in the part of the arena
	// that this process could map.
	ErrOutsideWindow = errs.OutsideWindow
	// ErrFileSystem: network, FUSE, or without working locks.
	ErrFileSystem = errs.FileSystem
	// ErrForeignOwner: somebody else's file in a directory where anybody can
	// plant one.
	ErrForeignOwner = errs.ForeignOwner
	// ErrBusy: live users exist, or a call of another process is in the way.
	ErrBusy = errs.Busy
	// ErrClosed: the arena was closed by this process.
	ErrClosed = errs.Closed
	// ErrReadOnly: attached with OpenReadOnly.
	ErrReadOnly = errs.ReadOnly
)

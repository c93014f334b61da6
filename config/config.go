package config

import (
	"fmt"
	"io/fs"
	"time"
)

// Config describes a new arena. Zero in any field, and a nil *Config, mean the
// default. Who joins an arena that is there gets what its creator chose; only
// AttachAddr and Reaper are then looked at.
type Config struct {
	// Size is what is committed at creation: header, tables and data together.
	// Default 64 KiB, or MaxSize if that is set and less; at least 4 KiB. A System V
	// segment cannot grow: this is all it ever has, by default MaxSize if that is set,
	// else 16 MiB. (IRIX: CONF_INITSIZE)
	Size Size

	// MaxSize is the ceiling for growth, and the address space that each user
	// reserves, metadata included. Default 16 GiB, with Share32 1 GiB, in either
	// case at least Size; at most 256 GiB.
	MaxSize Size

	// NoAutoGrow makes Size the ceiling. (CONF_AUTOGROW 0)
	NoAutoGrow bool

	// NoReserve does not reserve pages before they are handed out. A full file
	// system then shows as a SIGBUS in whoever touches the page, not as an error.
	// (CONF_AUTORESV 1)
	NoReserve bool

	// Users is how many users may be attached at a time, 1 to 10000. Default 8.
	// (CONF_INITUSERS)
	Users int

	// Mode is the permissions, applied past the umask. Default 0600.
	// (CONF_CHMOD)
	Mode fs.FileMode

	// Type tells how others reach the arena. (CONF_ARENATYPE)
	Type Type

	// LockType is how much locks record about their use. (CONF_LOCKTYPE)
	LockType LockType

	// AttachAddr is the address at which to map the arena, a multiple of 4096.
	// It is an error if it is taken. Default: the system picks.
	// (CONF_ATTACHADDR)
	AttachAddr uint64

	// History records operations on semaphores. (CONF_HISTON, CONF_HISTOFF)
	History bool

	// HistorySize is how many records are kept; 0: as many as there is room
	// for. (CONF_HISTSIZE)
	HistorySize int

	// ResetIdle makes an arena that no live process uses start afresh at the next
	// Init, as IRIX always does.
	ResetIdle bool

	// ReclaimOnDeath frees the blocks of a dead user instead of listing them as
	// orphans. It is for programs whose users keep their blocks to themselves: a
	// block that was handed to another user is freed under it, and a cell that it
	// was published in leads to free memory.
	ReclaimOnDeath bool

	// Reaper is how often this user looks for dead users. 0: only when it has to
	// wait for one, or runs out of room.
	Reaper time.Duration

	// Share32 keeps the arena so small that 32-bit users can use all of it: at
	// most 2 GiB. A 32-bit user of a larger arena allocates in its first part:
	// what was in use when it attached, or a quarter of its free address space.
	Share32 bool
}

// Type tells how others reach an arena.
type Type int

// The types of arena.
const (
	General    Type = iota // by name (US_GENERAL)
	SharedOnly             // unlinked at once, reachable only by inheritance (US_SHAREDONLY)
)

// String is the constant's name.
func (t Type) String() string {
	return nameOf("Type", int(t), "General", "SharedOnly")
}

// LockType is how much locks record about their use.
type LockType int

// The types of lock.
const (
	NoDebug   LockType = iota // nothing (US_NODEBUG)
	Debug                     // metering and owner (US_DEBUG)
	DebugPlus                 // misuse is reported as well (US_DEBUGPLUS)
)

// String is the constant's name.
func (l LockType) String() string {
	return nameOf("LockType", int(l), "NoDebug", "Debug", "DebugPlus")
}

func nameOf(kind string, i int, names ...string) string {
	if i < 0 || i >= len(names) {
		return fmt.Sprintf("%s(%d)", kind, i)
	}
	return names[i]
}

package layout

import "sync/atomic"

// User is one slot of the user table. Only Word decides; the kernel lock of the
// slot's byte says whether its user lives. The rest is for people to read.
type User struct {
	Word   atomic.Uint64 // truth: state, generation; see UserWord
	Pid    atomic.Uint32 // hint: in the user's own PID namespace
	Flags  atomic.Uint32 // hint: User…
	Start  atomic.Uint64 // hint: process start, clock ticks since boot
	Since  atomic.Int64  // hint: attached, Unix nanoseconds
	PidNS  atomic.Uint64 // hint: inode of the PID namespace
	Boot   atomic.Uint64 // hint: hash of the boot id
	Window atomic.Uint64 // hint: pages of data that this user can see
	_pad38 uint64
}

// User flags.
const (
	UserBits32 uint32 = 1 << iota // a 32-bit process
)

// User states.
const (
	UserFree    = 0 // nobody; the slot's words mean nothing
	UserLive    = 1 // attached; dead if its byte is free
	UserLeaving = 2 // detaching; dead if its byte is free
	UserDead    = 3 // died; whoever holds its byte recovers it
)

// UserWord packs a slot's truth: state 4 bits, generation 16. The generation
// counts attachments and is never 0 while the slot is in use.
func UserWord(state int, gen uint16) uint64 { return uint64(state)&15 | uint64(gen)<<4 }

// UserState and UserGen unpack it.
func UserState(w uint64) int  { return int(w & 15) }
func UserGen(w uint64) uint16 { return uint16(w >> 4) }

// Ledger tells what one user waits for. What it holds stands in the objects.
type Ledger struct {
	Waits  [14]atomic.Uint64 // hint: see WaitWord; 0 unused
	Giving atomic.Uint64     // truth: offset of the pollable semaphore that it gives a unit to, 0 none
	Bell   atomic.Uint32     // hint: moves on when a pollable semaphore may be free; futex
	More   atomic.Uint32     // hint: waits that found no room above
}

// Lane is an intent record: an operation of several words that recovery
// finishes or undoes.
type Lane struct {
	Op     atomic.Uint64    // truth: operation, sequence
	Args   [5]atomic.Uint64 // truth: the operation's arguments
	Seen   atomic.Uint64    // truth: newest sequence of this lane that anybody overwrote in a semaphore
	Passed atomic.Uint64    // truth: the same in a cell
}

// HeapLine belongs to one (user, heap) pair; reserved for a remote-free inbox.
type HeapLine struct {
	Inbox  atomic.Uint64 // hint
	_pad08 [7]uint64
}

// Region is one region's lock and, on a cache line of their own, its hints.
type Region struct {
	Lock   atomic.Uint32 // truth: see LockWord
	_pad04 uint32
	_pad08 [7]uint64

	Dirty   atomic.Uint32 // hint: something was freed since the last look began, so Most may be too low
	Low     atomic.Uint32 // hint: no free page lies below this one of the region
	Most    atomic.Uint32 // hint: no free run is longer; 0 is unknown
	_pad4c  uint32
	Partial [2]atomic.Uint64 // hint: classes of which an unowned span may have room
	_pad60  [4]uint64
}

// Bits are the block bits of one span, used at its head page only.
type Bits [BitWords]BitWord

// BitWord are the bits of 64 blocks. A block is live if and only if its bit is set
// in A and clear in R. All that is known of a block lies on one line: whoever
// frees or allocates looks at A and R both, and others seldom OR into a word that
// its owner is at just then.
type BitWord struct {
	A    uint64 // truth: allocated; the owner's plain store
	R    uint64 // truth: returned by others
	K    uint64 // truth: left by a dead user and kept; or about to be freed by an operation on a cell
	Hint uint64 // hint: of the first word, in a run of objects, the page and 1 of the next; else zero
}

// Sizes of the records.
const (
	UserSize     = 64
	LedgerSize   = 128
	LaneSize     = 64
	HeapLineSize = 64
	RegionSize   = 128
	StateSize    = 8
	BitsSize     = 128
	TenantsSize  = 128

	BitWordSize = 32
	BitsR       = 8  // where R is in a BitWord
	BitsK       = 16 // where K is
	BitsHint    = 24 // where Hint is
)

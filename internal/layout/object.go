package layout

import "sync/atomic"

// Object is the first line of every lock, semaphore, barrier, reader-writer
// lock, condition and ring of history. Objects lie in runs of their own, which
// never become user memory again, as equal records of ObjectUnit<<n bytes.
//
// Behind this line follows, by kind: for locks that are metered and for
// semaphores a Gauge; then, for semaphores with undo and for pollable ones, a
// word for each slot. For reader-writer locks and barriers: a bit for each slot.
// For a ring of history: its Entries.
type Object struct {
	Head    atomic.Uint64 // truth: what it is; see ObjectHead
	Word    atomic.Uint64 // truth: Semaphore: SemaWord. Barrier: BarrierWord. History: entries written so far
	Lock    atomic.Uint32 // truth: Lock, RWLock: LockWord of who holds it, for writing
	Event   atomic.Uint32 // hint: moves on whenever waiters should look again; futex
	Waiters atomic.Uint32 // hint: bits 0 to 15 processes that sleep, or are about to; above, changes
	Broken  atomic.Uint32 // truth: Barrier: the phase that broke last, and 1. History: entries of the ring
	Flags   atomic.Uint32 // hint: Watch…
	_pad24  uint32
	OwnerPC atomic.Uint64 // hint: where it was taken, watched objects only
	LastPC  atomic.Uint64 // hint: where it was used last
	_pad38  uint64
}

// Gauge is what is counted of an object that is watched.
type Gauge struct {
	Counts   [6]atomic.Uint64 // hint: by LockCount or SemaCount
	OwnerPid atomic.Uint32    // hint: process that holds it, 0 none
	LastPid  atomic.Uint32    // hint: process that used it last
	_pad38   uint64
}

// Reset sets all counts to v.
func (g *Gauge) Reset(v uint64) {
	for i := range g.Counts {
		g.Counts[i].Store(v)
	}
}

// Entry is one operation in the ring of history.
type Entry struct {
	Seq    atomic.Uint64 // truth: number of the entry and 1, stored last; 0 while it is written
	Object atomic.Uint64 // hint: offset of the semaphore
	What   atomic.Uint64 // hint: bits 0 to 7 operation, 32 to 63 process
	Count  atomic.Uint64 // hint: bits 0 to 31 the count afterwards, 32 to 63 the process woken
	PC     atomic.Uint64 // hint: the caller
	Time   atomic.Int64  // hint: Unix nanoseconds
	_pad30 [2]uint64
}

// Sizes of the records and places in them.
const (
	ObjectUnit = 64 // smallest record
	ObjectSize = 64
	GaugeSize  = 64
	EntrySize  = 64

	ObjectBits  = 64       // where the bits of slots begin in RWLock and Barrier
	ObjectGauge = 64       // where the Gauge begins in Lock and Sema
	ObjectSlots = 128      // where the words of slots begin in Sema
	ObjectRing  = 64       // where the entries begin in History
	ObjectMost  = 64 << 20 // largest record
)

// ObjectKind says what an object is.
type ObjectKind uint8

// Kinds of object.
const (
	NoObject ObjectKind = iota
	LockObject
	SemaObject
	PollSemaObject
	BarrierObject
	RWLockObject
	ConditionObject
	HistoryObject
	objectKindsEnd
)

// String names the kind as reports do.
func (k ObjectKind) String() string {
	if k >= objectKindsEnd {
		return "unknown"
	}
	return [...]string{"none", "lock", "sema", "pollsema", "barrier", "rwlock", "condition", "history"}[k]
}

// States of a record.
const (
	ObjectFree   = 0 // room for an object
	ObjectMaking = 1 // being made or freed by the user in the head; nobody else uses it
	ObjectLive   = 2
)

// Options of an object, fixed when it is made.
const (
	OptionMeter uint64 = 1 << iota // Lock: counts tries, hits, spins, and tells the owner's process
	OptionTell                     // Lock: misuse is reported
	OptionKept                     // Lock: an owner that exits keeps it, as on IRIX
	OptionUndo                     // Sema: what a dead user had taken comes back
	optionsEnd
)

// Watch flags: what is noted of an object's use.
const (
	WatchMeter     uint32 = 1 << iota // counts
	WatchOwner                        // processes and places
	WatchHistory                      // entries in the ring
	WatchRecursive                    // Sema: a user that holds it may take it again
	WatchLate                         // Lock, RWLock: somebody has waited long
	watchEnd
)

// Indices of Gauge.Counts.
const (
	LockSpins = 0 // waits: the lock was busy and spinning did not help
	LockTries = 1
	LockHits  = 2

	SemaPHits   = 0 // taken at once
	SemaPs      = 1
	SemaVs      = 2
	SemaVNoWait = 3 // nobody was waiting
	SemaNWait   = 4 // waiting now
	SemaMaxWait = 5
)

// ObjectHead is an object's Head.
//
//	bits 0..3    kind
//	4..5         state
//	6..15        options
//	16..29       slot of the user that makes or frees it
//	32..63       generation of the record: counts the objects in it
type ObjectHead uint64

const (
	headKindMask  = 15
	headState     = 4
	headOptions   = 6
	headMaker     = 16
	headGen       = 32
	headStateMask = 3
)

// MakeHead is the head of an object.
func MakeHead(k ObjectKind, state int, options uint64, maker int, gen uint32) ObjectHead {
	return ObjectHead(k)&headKindMask | ObjectHead(state&headStateMask)<<headState |
		ObjectHead(options&(optionsEnd-1))<<headOptions |
		ObjectHead(maker&(1<<slotBits-1))<<headMaker | ObjectHead(gen)<<headGen
}

// Fields.
func (h ObjectHead) Kind() ObjectKind { return ObjectKind(h & headKindMask) }
func (h ObjectHead) State() int       { return int(h >> headState & headStateMask) }
func (h ObjectHead) Options() uint64  { return uint64(h>>headOptions) & (optionsEnd - 1) }
func (h ObjectHead) Maker() int       { return int(h >> headMaker & (1<<slotBits - 1)) }
func (h ObjectHead) Gen() uint32      { return uint32(h >> headGen) }

// Valid says that the head can be one: known kind and state, no stray bits.
func (h ObjectHead) Valid() bool {
	return h.Kind() < objectKindsEnd && h.State() <= ObjectLive &&
		(h.State() == ObjectFree) == (h.Kind() == NoObject) &&
		h == MakeHead(h.Kind(), h.State(), h.Options(), h.Maker(), h.Gen())
}

// ObjectSlot is the slot in the Large word of a run that holds objects; the
// generation in that word is the record's size, ObjectUnit << generation.
const ObjectSlot = 1<<slotBits - 1

// ObjectRun is the state word of a run of objects.
func ObjectRun(pages uint64, size int) State { return LargeRun(pages, ObjectSlot, uint16(size)) }

// IsObjects says that a head's word is that of a run of objects.
func (s State) IsObjects() bool { return s.Kind() == Large && s.Slot() == ObjectSlot }

// ObjectClass is the size class of a record of n bytes, 0 for ObjectUnit.
func ObjectClass(n uint64) int {
	c := 0
	for uint64(ObjectUnit)<<c < n {
		c++
	}
	return c
}

// ObjectBytes is the size of a record of a class, ok is false for a class that
// there is not.
func ObjectBytes(class uint16) (n uint64, ok bool) {
	if class > 20 {
		return 0, false
	}
	n = ObjectUnit << class
	return n, n <= ObjectMost
}

// ObjectPages is the pages of a run of records of n bytes.
func ObjectPages(n uint64) uint64 { return max(1, n>>PageShift) }

// RecordSize is the bytes of an object of a kind, with the options, in an arena
// of so many users.
func RecordSize(k ObjectKind, options, users uint64) uint64 {
	switch {
	case k == SemaObject && options&OptionUndo == 0, k == LockObject && options&OptionMeter != 0:
		return ObjectGauge + GaugeSize
	case k == SemaObject, k == PollSemaObject:
		return ObjectSlots + 8*users
	case k == RWLockObject, k == BarrierObject:
		return ObjectBits + (users+1+63)/64*8
	default:
		return ObjectSize
	}
}

package locks

import (
	"sync/atomic"

	"usarena/sync"
)

// hands is how many processes work at a time.
const hands = 4

// The phases of a hand: what it may be killed in.
const (
	idle uint32 = iota
	locking
	inside // holds the lock, between two changes that belong together
	unlocking
	taking // P
	holding
	giving // V
	arriving
	readLocking
	reading
	readUnlocking
	writeLocking
	writing
	writeUnlocking
	awaiting // a condition
	phases
)

var phaseNames = [phases]string{"between calls", "Lock", "inside the lock", "Unlock", "P", "holding a unit", "V", "barrier Wait",
	"RLock", "reading", "RUnlock", "write Lock", "writing", "write Unlock", "condition Wait"}

// units is how many the semaphore has.
const units = 2

// board lies in the arena.
type board struct {
	Lock    sync.LockRef
	Sema    sync.SemaRef
	Barrier sync.BarrierRef
	RW      sync.RWLockRef
	Cond    sync.ConditionRef
	Stop    atomic.Uint32
	Wrong   atomic.Uint32 // what was broken first, see the wrong… constants
	A, B    uint64        // under Lock: equal but while somebody is inside
	X, Y    uint64        // under RW, likewise
	Queue   uint64        // under Lock: what Cond is about
	Told    atomic.Uint64 // times that Lock said ErrOwnerDied
	ToldRW  atomic.Uint64 // and the reader-writer lock, to a writer
	Broken  atomic.Uint64 // times that the barrier broke
	Met     atomic.Uint64 // and that it opened
	Signals atomic.Uint64
	Hands   [hands]hand
}

// hand is what one process tells. Only it writes, but for Dead.
type hand struct {
	Phase atomic.Uint32
	Dead  atomic.Uint32 // the killer has chosen it
	Holds atomic.Uint32 // a unit
	Reads atomic.Uint32 // 1 reads, 2 writes
	Ops   atomic.Uint64
	Last  atomic.Int64 // when it finished the latest one, on the clock of all processes
	_     [4]uint64
}

// What can be broken.
const (
	fine uint32 = iota
	wrongTogether
	wrongHalf
	wrongUnits
	wrongReader
	wrongHalfWritten
)

var wrongNames = []string{"", "two inside the lock", "the lock's data is half changed, and nobody was told",
	"more units are held than there are", "a writer beside a reader or writer", "the reader-writer lock's data is half written, and nobody was told"}

package linear

import (
	"fmt"
	"sync/atomic"

	"usarena/arena"
	"usarena/internal/replay"
	"usarena/sync"
)

const (
	procs  = 4         // processes that may play; the last one more is the test's own
	judge  = procs     // the test's own process, which looks at the object in the end
	sheets = 6         // players that may play, and the judge
	calls  = 30        // a player stops after so many …
	hot    = 3 * calls // … where none of them takes any time
	after  = 12        // and goes on for so many after a death
	room   = hot * 4   // of a sheet; a victim goes on until then
	round  = 8         // the most calls of a round
)

// kind is what a call does.
type kind uint32

const (
	kLock kind = iota + 1
	kTryLock
	kUnlock
	kRelease
	kRecovered
	kRLock
	kTryRLock
	kRUnlock
	kCondition // Wait of a condition
	kP
	kTryP
	kV
	kValue
	kPollP
	kReady // a pollable semaphore's P said no, and this one is told of its unit
	kWait  // at the barrier
	kReset
	kGet
	kPut
	kCas
	kMallocTo
	kReallocTo
	kFreeFrom
	kMalloc
	kFree
	kLive // the judge sees a block
	kGone // or none, where there was one

	// What only the models know.
	kMayLock     // a Lock that times out may be handed the lock for a moment …
	kMayUnlock   // … which it gives back
	kHalfRelease // a release that failed may have made the lock consistent
	kLine        // P of a pollable semaphore stands in the queue for a moment
	kArrive
	kMayArrive
	kDepart
	kBroke
	kWhole // the judge was not told that it broke
	kResets
	kDie
	kReturn // recovery gives back what the dead had
)

var kindNames = [...]string{"nothing", "Lock", "TryLock", "Unlock", "Release", "Recovered", "RLock", "TryRLock", "RUnlock", "Wait",
	"P", "TryP", "V", "Value", "PollP", "Ready", "Barrier", "Reset", "Get", "Put", "Cas", "MallocTo", "ReallocTo", "FreeFrom", "Malloc", "Free", "see a block", "see none",
	"lock or not", "unlock then", "half a Release", "stand in line", "arrive", "arrive or not", "depart", "told broken", "not told broken", "begin Reset", "DIE", "return units"}

func (k kind) String() string { return kindNames[k] }

// result is what came of a call.
type result uint32

const (
	rOpen result = iota // nobody knows: its process was killed
	rOK
	rNo
	rDied // and held
	rLost
	rTimeout
	rNotOwner
	rNotLocked
	rBroken
)

var resultNames = [...]string{"?", "ok", "no", "ok, owner died", "not recoverable", "timeout", "not owner", "not locked", "broken"}

func (r result) String() string { return resultNames[r] }

// call is one operation, as its player writes it down.
type call struct {
	Kind   atomic.Uint32
	Result atomic.Uint32
	Arg    atomic.Uint64
	Value  atomic.Uint64 // read, or the value to swap in
	Call   atomic.Int64
	Return atomic.Int64
}

// sheet is what one player writes.
type sheet struct {
	N     atomic.Uint64
	Calls [room]call
}

// board is what all share.
type board struct {
	Lock    sync.LockRef
	Sema    sync.SemaRef
	Poll    sync.PollSemaRef
	Barrier sync.BarrierRef
	RW      sync.RWLockRef
	Cond    sync.ConditionRef
	Cell    arena.Cell[board]
	Shared  [4]atomic.Uint64 // blocks that anybody may free
	Count   atomic.Int64     // of a monitor: under Lock
	Here    atomic.Uint64    // players that are ready to begin
	Shot    atomic.Int64     // when the victim was killed, at the earliest
	Gone    atomic.Uint64    // the victim is gone
	Sheets  [sheets + 1]sheet
}

// begins writes down that a call begins.
func (s *sheet) begins(k kind, arg, value uint64) *call {
	i := s.N.Load()
	c := &s.Calls[i]
	c.Kind.Store(uint32(k))
	c.Arg.Store(arg)
	c.Value.Store(value)
	c.Call.Store(replay.Monotonic())
	s.N.Store(i + 1)
	return c
}

// ends writes down what came of it.
func (c *call) ends(r result) {
	c.Result.Store(uint32(r))
	c.Return.Store(replay.Monotonic())
}

// entry is a call as it is read from a sheet.
type entry struct {
	kind      kind
	result    result
	arg       uint64
	value     uint64
	call, ret int64
}

// entries reads a sheet. A call whose return was not written has no result.
func (s *sheet) entries() ([]entry, error) {
	n := s.N.Load()
	if n > room {
		return nil, fmt.Errorf("a sheet of %d calls, %d are possible", n, room)
	}
	all := make([]entry, n)
	for i := range all {
		c := &s.Calls[i]
		all[i] = entry{kind(c.Kind.Load()), result(c.Result.Load()), c.Arg.Load(), c.Value.Load(), c.Call.Load(), c.Return.Load()}
		if all[i].ret == 0 {
			all[i].result, all[i].ret = rOpen, never
		}
	}
	return all, nil
}

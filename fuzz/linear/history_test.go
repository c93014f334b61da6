package linear

import (
	"sync/atomic"

	"usarena/arena"
	"usarena/internal/replay"
	"usarena/sync"
)

const (
	players = 3
	calls   = 40 // of each player
)

// kind is what a call does.
type kind uint32

const (
	kLock kind = iota + 1
	kUnlock
	kTryLock
	kRecovered
	kP
	kTryP
	kV
	kWait // at the barrier
	kRLock
	kRUnlock
	kTryRLock
	kCondition
	kGet
	kPut
	kCas
	kPollP
	kReady // the descriptor of a pollable semaphore became readable

	// What only the model knows.
	kArrive
	kDepart
	kDie
	kReturn // recovery gives back what the dead had
)

// result is what came of a call; 0: nobody knows, its process was killed.
type result uint32

const (
	rOK result = iota + 1
	rNo
	rDied // and held
	rLost
	rTimeout
)

// call is one operation, as its process writes it down.
type call struct {
	Kind   atomic.Uint32
	Result atomic.Uint32
	Arg    atomic.Uint64
	Value  atomic.Uint64 // read, or the value to swap in
	Call   atomic.Int64
	Return atomic.Int64
}

// sheet is what one player writes; board is what all share.
type sheet struct {
	N     atomic.Uint64
	Calls [calls * 3]call
}

type board struct {
	Lock    sync.LockRef
	Sema    sync.SemaRef
	Poll    sync.PollSemaRef
	Barrier sync.BarrierRef
	RW      sync.RWLockRef
	Cond    sync.ConditionRef
	Cell    arena.Cell[board]
	Sheets  [players]sheet
}

// begins writes down that a call begins.
func (s *sheet) begins(k kind, arg, value uint64) *call {
	i := s.N.Load()
	if i >= uint64(len(s.Calls)) {
		i = uint64(len(s.Calls)) - 1
	}
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

// full says that there is no room for another round.
func (s *sheet) full() bool { return s.N.Load() >= calls }

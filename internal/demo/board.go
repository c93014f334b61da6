package demo

import (
	"sync/atomic"

	"usarena/arena"
)

const (
	lists   = 64 // lists that the processes share
	maxSeat = 65 // tallies: 64 processes and the replay
	// MaxProcs is how many processes may take part.
	MaxProcs = maxSeat - 1
)

// board is the root object: everything that the processes share is found
// through it. It lies in the arena, so that it holds no Go pointer.
type board struct {
	Stop    atomic.Uint32
	_       uint32
	Lists   [lists]arena.Cell[node]
	Tallies [maxSeat]tally
	Hands   [maxSeat]hand
	Shared  shared
}

// tally counts what one process did; only that process writes it.
type tally struct {
	Allocated atomic.Uint64 // blocks
	Freed     atomic.Uint64 // blocks
	Foreign   atomic.Uint64 // of these, made by another process
	Compared  atomic.Uint64 // bytes
	Rounds    atomic.Uint64 // replays of the trace
	Ops       atomic.Uint64 // calls of malloc and free
	Noted     atomic.Uint64 // rounds entered into the ledger
	_         [1]uint64
}

// node is one element of a list.
type node struct {
	Next  arena.Ptr[node]
	Data  arena.Slice[byte]
	Key   uint64 // of the pattern in Data
	Maker uint64 // seat of the process that made it
}

// push links n in as the first of a list. Next is written before the swap makes
// n reachable.
func push(a *arena.Arena, list *arena.Cell[node], n arena.Ptr[node]) {
	for {
		first := list.Load()
		n.In(a).Next = first
		if list.CompareAndSwap(first, n) {
			return
		}
	}
}

// takeAll empties a list and returns its first node, which h, if not nil, names
// from before it is taken. Taking everything at once is safe where taking one node
// would not be: whatever became of the first node meanwhile, the list that is
// taken begins with it now.
func takeAll(list *arena.Cell[node], h *hand) arena.Ptr[node] {
	for {
		first := list.Load()
		if h != nil {
			h.Now.Store(first)
		}
		if first.Offset() == 0 || list.CompareAndSwap(first, arena.Ptr[node]{}) {
			return first
		}
	}
}

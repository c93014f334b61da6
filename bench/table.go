package bench

import (
	"fmt"
	"sync/atomic"
)

// table is where the two workers of W9 meet. It lies in the arena, in lines of
// its own.
type table struct {
	arrived atomic.Uint64 // workers that are there
	_       [7]uint64
	end     atomic.Uint64 // 0, or: it is over; of signals: the round that is the last
	_       [7]uint64
	total   uint64 // these four are changed inside the lock only
	changes uint64 // how often it was another one's turn
	last    uint64 // whose turn it was
	work    uint64 // what the work inside came to
	_       [4]uint64
	word    atomic.Uint32 // of sectionsCAS
	_       [15]uint32
}

// meet waits until both workers are there, so that they begin at the same time.
func (t *table) meet() {
	t.arrived.Add(1)
	atLeast(&t.arrived, 2)
}

// enter is what is done inside the lock: counting, and so many turns of work that
// goes on where the last one left it.
func (t *table) enter(who uint64, work uint32) {
	t.total++
	if t.last != who {
		t.last = who
		t.changes++
	}
	t.work = uint64(spin(uint32(t.work), work))
}

// settle compares what was counted inside the lock with what the workers did: an
// increment is missing if two were inside at the same time.
func (t *table) settle(counted uint64) error {
	if t.total != counted {
		return fmt.Errorf("%d sections were counted inside the lock, %d outside: two were inside at the same time", t.total, counted)
	}
	return nil
}

package robust

import (
	"sync"
	"sync/atomic"

	"usarena/internal/layout"
)

// waits is what this user waits for, as its ledger tells it to others: who waits
// for what, and how many sleepers an object has when some of them are dead.
type waits struct {
	mu   sync.Mutex
	list [14]waitEntry
	more int // waits that found no room
}

type waitEntry struct {
	off layout.Offset
	how uint8
	n   int
}

// WaitBegins tells that one more goroutine of this process waits for the object
// at off. It comes before the object counts the sleeper.
func (t *Table) WaitBegins(off layout.Offset, how uint8) {
	w := &t.waits
	w.mu.Lock()
	defer w.mu.Unlock()
	free := -1
	for i := range w.list {
		e := &w.list[i]
		if e.n > 0 && e.off == off && e.how == how {
			t.tell(i, off, how, e.n+1)
			return
		}
		if e.n == 0 && free < 0 {
			free = i
		}
	}
	if free < 0 {
		w.more++
		t.ledger().More.Store(uint32(w.more))
		return
	}
	t.tell(free, off, how, 1)
}

// WaitEnds undoes it, after the object has stopped counting the sleeper.
func (t *Table) WaitEnds(off layout.Offset, how uint8) {
	w := &t.waits
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range w.list {
		if e := &w.list[i]; e.n > 0 && e.off == off && e.how == how {
			t.tell(i, off, how, e.n-1)
			return
		}
	}
	w.more--
	t.ledger().More.Store(uint32(w.more))
}

func (t *Table) tell(i int, off layout.Offset, how uint8, n int) {
	t.waits.list[i] = waitEntry{off, how, n}
	word := uint64(0)
	if n > 0 {
		word = layout.WaitWord(off, n, how)
	}
	t.ledger().Waits[i].Store(word)
}

func (t *Table) ledger() *layout.Ledger { return ledger(t.region, t.slot) }

// Bell is the word on which this user sleeps while it is queued at pollable
// semaphores.
func (t *Table) Bell() *atomic.Uint32 { return &t.ledger().Bell }

// WaiterPid is the process of a user that waits for the object at off, 0 if none
// is known.
func (t *Table) WaiterPid(off layout.Offset) int {
	for slot := 1; slot <= t.Users(); slot++ {
		l := ledger(t.region, slot)
		for i := range l.Waits {
			if w := l.Waits[i].Load(); w != 0 && layout.WaitObject(w) == off && !t.gone(slot) {
				return int(t.region.User(slot).Pid.Load())
			}
		}
	}
	return 0
}

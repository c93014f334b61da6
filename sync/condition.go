package sync

import (
	"context"
	"errors"
	gosync "sync"
	"sync/atomic"

	"usarena/arena"
	"usarena/internal/errs"
	"usarena/internal/fault"
	"usarena/internal/futex"
	"usarena/internal/layout"
	"usarena/internal/robust"
)

// Condition is where goroutines of any process wait for something that a Lock
// protects to become true. A *Condition is this process's handle; it must not be
// copied. IRIX has none.
type Condition struct {
	_     noCopy
	s     *space
	r     robust.Record
	head  layout.ObjectHead
	gate  gate
	freed atomic.Bool

	mu       gosync.Mutex
	consumed uint32 // the event up to which waiters of this process have been let go
	here     int    // waiters of this process
}

// NewCondition makes a condition in the arena. It belongs to the arena and stays
// until Free. ErrNoSpace when the arena is full.
func NewCondition(a *arena.Arena) (*Condition, error) {
	return plainObject(a, "new condition", layout.ConditionObject, conditionFrom)
}

// ConditionAt is the condition at off, in any process. ErrNotAllocated,
// ErrWrongObject.
func ConditionAt(a *arena.Arena, off arena.Offset) (*Condition, error) {
	return objectAt(a, "condition at", off, layout.ConditionObject, conditionFrom)
}

func conditionFrom(s *space, r robust.Record, head layout.ObjectHead) *Condition {
	return handleOf(s, r, head, func() *Condition { return &Condition{s: s, r: r, head: head} })
}

// Wait gives up l, which the caller holds, waits for a Signal or Broadcast, and
// takes l again. It returns holding l in every case but one: an error that is
// neither the context's nor ErrOwnerDied, such as ErrClosed, says that l is not
// held. It may return without a signal: call it in a loop over what is waited
// for. ErrOwnerDied as Lock.
func (c *Condition) Wait(ctx context.Context, l *Lock) (err error) {
	const op = "wait"
	t, err := c.begin(op)
	if err != nil {
		return err
	}
	defer t.End(op, &err, fault.Arm())
	if l.m.s != c.s {
		return errs.Wrap(errs.Invalid, op, "%s: condition at %#x: the lock is of another arena", t.Name(), c.r.Off)
	}
	deaths := epoch{t, t.Deaths()}
	all := c.joins()
	defer c.leaves()
	if err := l.Unlock(); err != nil { // model: C2
		return err
	}
	w := await{s: c.s, ctx: ctx, op: op, off: c.r.Off, r: c.r, gate: &c.gate, each: true, alive: c.check, over: deaths.moved}
	err = w.until(func() (bool, error) { return c.letGo(all), nil })
	if c.s.t.Closed() {
		return t.ClosedError(op)
	}
	if errors.Is(err, errs.NotAllocated) {
		return err // freed: there is nothing to wait for with the lock again
	}
	again := l.Lock(context.WithoutCancel(ctx)) // in every case
	if again != nil {
		return again
	}
	return err
}

// joins counts a waiter in, before l is given up: signals from then on count.
func (c *Condition) joins() (broadcasts uint64) {
	c.s.t.WaitBegins(c.r.Off, layout.Waiting) // before it counts, for who counts anew
	robust.Sleeps(c.r)                        // model: C1
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.here == 0 {
		c.consumed = c.r.Event.Load()
	}
	c.here++
	return c.r.Word.Load()
}

func (c *Condition) leaves() {
	c.mu.Lock()
	c.here--
	c.mu.Unlock()
	robust.Woke(c.r) // model: C4
	c.s.t.WaitEnds(c.r.Off, layout.Waiting)
}

// letGo says whether the front of this process's waiters goes: for a broadcast
// since it came, or for a signal that no other waiter here has gone for.
func (c *Condition) letGo(broadcasts uint64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	event := c.r.Event.Load()
	if c.r.Word.Load() != broadcasts {
		return true // signals since are for those who came after the broadcast
	}
	if event == c.consumed {
		return false
	}
	c.consumed++
	return true
}

// epoch sees deaths: one who died may have been about to signal.
type epoch struct {
	t    *robust.Table
	seen uint64
}

func (e epoch) moved() bool { return e.t.Deaths() != e.seen }

// Signal wakes at least one waiter, if there is any. The caller need not hold
// the lock.
func (c *Condition) Signal() error { return c.signal("signal", 1) }

// Broadcast wakes all waiters.
func (c *Condition) Broadcast() error { return c.signal("broadcast", futex.All) }

func (c *Condition) signal(op string, n int) (err error) {
	t, err := c.begin(op)
	if err != nil {
		return err
	}
	defer t.End(op, &err, fault.Arm())
	if n == futex.All {
		c.r.Word.Add(1)
	}
	c.r.Event.Add(1) // model: C5
	if robust.AnySleeper(&c.r.Waiters) {
		futex.Wake(&c.r.Event, n) // model: C6
	}
	return nil
}

// Free frees the condition. Who still uses it, in any process, uses what is made
// in its place. ErrNotAllocated if it was freed already.
func (c *Condition) Free() (err error) {
	const op = "free condition"
	t, err := c.begin(op)
	if err != nil {
		return err
	}
	defer t.End(op, &err, fault.Arm())
	if err := t.Free(op, c.r, c.head); err != nil {
		return err
	}
	c.freed.Store(true)
	c.gate.tellAll()
	return nil
}

// Offset is where the condition is, for ConditionAt in any process.
func (c *Condition) Offset() arena.Offset { return c.r.Off }

// shut wakes this process's waiters, because the arena closes.
func (c *Condition) shut() { shut(&c.gate, c.r) }

func (c *Condition) begin(op string) (*robust.Table, error) {
	return begin(c.s.t, op, c.r, c.head, &c.freed)
}

func (c *Condition) check(op string) error { return alive(c.s.t, op, c.r, c.head, &c.freed) }

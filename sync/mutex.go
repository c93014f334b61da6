package sync

import (
	"context"
	"sync/atomic"
	"time"

	"usarena/internal/errs"
	"usarena/internal/fault"
	"usarena/internal/futex"
	"usarena/internal/layout"
	"usarena/internal/robust"
)

// mutex is the lock word of a Lock or of a RWLock's writers, with the queue of
// this process. Its methods are called between Enter and Leave.
type mutex struct {
	s    *space
	word *atomic.Uint32
	late *atomic.Uint32 // holds a hint: somebody has waited long
	off  layout.Offset
	r    robust.Record
	head layout.ObjectHead // of the object when the handle was made
	kept bool              // an owner that exits keeps it
	gate gate
	spin spinner

	asked  atomic.Int64  // when a try last asked whether the owner lives
	freed  atomic.Bool   // by this process
	handed atomic.Uint32 // times that the lock was handed over within this process
}

// handsMost is after how many hand-overs within a process others get a chance.
const handsMost = 16

// begin starts a call: errs.Closed, and errs.NotAllocated for an object that was
// freed. The caller Leaves the table.
func (m *mutex) begin(op string) (*robust.Table, error) {
	return begin(m.s.t, op, m.r, m.head, &m.freed)
}

func begin(t *robust.Table, op string, r robust.Record, head layout.ObjectHead, freed *atomic.Bool) (*robust.Table, error) {
	if err := t.Enter(op); err != nil {
		return nil, err
	}
	if err := foundAlive(t, op, r, head, freed); err != nil {
		t.Leave()
		return nil, err
	}
	return t, nil
}

// alive is begin's question, for calls that ask it under their own guard.
func (m *mutex) alive(op string) error { return alive(m.s.t, op, m.r, m.head, &m.freed) }

// foundAlive is alive before the call's own guard is up.
func foundAlive(t *robust.Table, op string, r robust.Record, head layout.ObjectHead, freed *atomic.Bool) (err error) {
	defer t.Region().Caught(op, &err, fault.Arm())
	return alive(t, op, r, head, freed)
}

// alive is an error if the object was freed. It asks inside a call.
func alive(t *robust.Table, op string, r robust.Record, head layout.ObjectHead, freed *atomic.Bool) error {
	if r.Object == nil {
		return nil // the lock word of the header
	}
	if freed.Load() || layout.ObjectHead(r.Head.Load()) != head {
		return errs.Wrap(errs.NotAllocated, op, "%s: the %s at %#x was freed", t.Name(), head.Kind(), r.Off)
	}
	return nil
}

// acquire takes the lock, waiting if it must. died: the last owner died holding
// it, and the caller holds it now. spun counts the times that waiting began.
func (m *mutex) acquire(ctx context.Context, op string, how uint8) (died bool, spun int, err error) {
	t := m.s.t
	if err := ctx.Err(); err != nil {
		return false, 0, interrupted(op, t, m.off, err)
	}
	taken, died, seen := t.Take(m.word, 0)
	if !taken && !layout.LockLost(seen) {
		m.spin.run(func() (bool, bool) {
			if w := m.word.Load(); w&layout.LockOwner != 0 {
				return false, t.Mine(w)
			}
			taken, died, _ = t.Take(m.word, 0)
			return taken, false
		})
	}
	if taken {
		return died, 0, nil
	}
	died, err = m.wait(ctx, op, how)
	return died, 1, err
}

// wait queues and takes the lock in turn.
func (m *mutex) wait(ctx context.Context, op string, how uint8) (died bool, err error) {
	t := m.s.t
	t.WaitBegins(m.off, how)
	defer t.WaitEnds(m.off, how)
	w := m.gate.enter()
	f := front{mutex: m, ctx: ctx}
	defer f.stop()
	for {
		isFront, given := m.gate.turn(w)
		if given {
			w.recycle()
			f.pass()
			if err := ctx.Err(); err != nil { // a done context never acquires
				t.Give(m.word, op, m.off)
				m.gate.tell()
				return false, interrupted(op, t, m.off, err)
			}
			return false, nil
		}
		if err := m.over(ctx, op); err != nil { // model: L6
			if m.gate.quit(w) {
				f.pass()
				t.Give(m.word, op, m.off)
				m.gate.tell()
			} else if f.slept {
				futex.Wake(m.word, 1) // the wake-up may have been ours
			}
			return false, err
		}
		if !isFront {
			w.sleep(ctx)
			continue
		}
		var taken bool
		if w, taken, died, err = f.look(w); err != nil {
			m.gate.leave(w, true)
			return false, err
		} else if taken {
			if f.slept {
				m.late.And(^layout.WatchLate)
			}
			if m.gate.state.Load() >= 2*oneHere {
				m.s.watch(&m.gate) // another process may be the one that lets it go
			}
			m.gate.leave(w, false) // our own unlock tells the next one
			return died, nil
		}
	}
}

// mayAsk lets tries ask the kernel about a lock's owner once a quantum: who tries
// all the time would do little else.
func (m *mutex) mayAsk() bool {
	now, last := int64(time.Since(start)), m.asked.Load()
	return (last == 0 || now-last >= int64(quantum)) && m.asked.CompareAndSwap(last, now)
}

// start is what times of this package count from.
var start = time.Now()

// over is why a wait ends without the object, nil if it does not.
func (m *mutex) over(ctx context.Context, op string) error {
	if m.s.t.Closed() {
		return m.s.t.ClosedError(op)
	}
	if err := alive(m.s.t, op, m.r, m.head, &m.freed); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return interrupted(op, m.s.t, m.off, err)
	}
	return nil
}

// front is the wait of a queue's front.
type front struct {
	*mutex
	ctx   context.Context
	slept bool      // in the kernel: others may sleep there, and the word must say so
	began time.Time // of the wait
	local time.Time // of the wait for an owner in this process
	stopf func() bool
}

// look is one look at the word, and a sleep if it does not get the lock.
func (f *front) look(w *waiter) (_ *waiter, taken, died bool, err error) {
	t, word := f.s.t, f.word
	f.gate.looks()
	keep := uint32(0)
	if f.slept {
		keep = layout.LockWaiters
		// Whoever let it go may have taken it again while we woke up.
		f.spin.run(func() (bool, bool) {
			w := word.Load()
			return w&layout.LockOwner == 0, t.Mine(w)
		})
	}
	taken, died, seen := t.Take(word, keep)
	switch {
	case taken:
		return w, true, died, nil
	case layout.LockLost(seen):
		return w, false, false, notRecoverable(t, f.off) // model: L4
	case f.slept && seen&layout.LockWaiters == 0:
		word.CompareAndSwap(seen, seen|layout.LockWaiters)
		return w, false, false, nil
	}
	now := time.Now()
	if f.began.IsZero() {
		f.began = now
	} else if now.Sub(f.began) > starved {
		f.late.Or(layout.WatchLate)
		if w != nil {
			f.gate.starve(w)
		}
		if seen&layout.LockWaiters == 0 { // sends the owner's unlock the slow way
			word.CompareAndSwap(seen, seen|layout.LockWaiters)
			return w, false, false, nil
		}
	}
	if t.Mine(seen) && (f.local.IsZero() || now.Sub(f.local) < quantum) {
		if f.local.IsZero() {
			f.local = now
			f.s.watch(&f.gate)
			w = f.gate.known(w)
			return w, false, false, nil // look again: somebody may have told before
		}
		w.sleep(f.ctx)
		return w, false, false, nil
	}
	if seen&layout.LockWaiters == 0 {
		if !word.CompareAndSwap(seen, seen|layout.LockWaiters) { // model: L5
			return w, false, false, nil
		}
		seen |= layout.LockWaiters
	}
	f.interruptible()
	f.slept = true
	if w != nil {
		w.inKernel.Store(true)
		if _, given := f.gate.turn(w); given { // just before nobody would any more
			w.inKernel.Store(false)
			return w, false, false, nil
		}
	}
	woken := futex.Wait(word, seen, quantum)
	if w != nil {
		w.inKernel.Store(false)
	}
	if !woken && word.Load() == seen && !f.kept {
		if t.Steal(word, seen) {
			return w, true, true, nil
		}
		t.Tend()
	}
	if !t.Mine(seen) {
		f.local = time.Time{}
	}
	return w, false, false, nil
}

// pass has the unlock of a lock that was handed over wake others: who slept in
// the kernel may have had a wake-up that was meant for one of them.
func (f *front) pass() {
	if f.slept {
		f.word.Or(layout.LockWaiters)
	}
}

// interruptible sees to it that the end of the context ends a sleep in the
// kernel. It wakes all that sleep on the word; the others look and sleep on.
func (f *front) interruptible() {
	if f.stopf == nil && f.ctx.Done() != nil {
		word := f.word
		f.stopf = context.AfterFunc(f.ctx, func() { futex.Wake(word, futex.All) })
	}
}

func (f *front) stop() {
	if f.stopf != nil {
		f.stopf()
	}
}

// release gives the lock up. Errors as robust.Table.Give.
func (m *mutex) release(op string) error {
	if m.gate.state.Load()&starving != 0 && m.word.Load()&^layout.LockWaiters == m.s.t.Me() &&
		m.handed.Add(1)%handsMost != 0 && m.gate.handOver() {
		return nil
	}
	late := m.word.Load()&layout.LockWaiters != 0 && m.late.Load()&layout.WatchLate != 0
	err := m.s.t.Give(m.word, op, m.off)
	m.told()
	if late && err == nil {
		m.yield()
	}
	return err
}

// yield lets a sleeper that has waited long have the lock: a goroutine that
// takes it again at once would be faster than any sleeper wakes up, every time.
func (m *mutex) yield() {
	for range yields {
		if m.word.Load() != layout.LockFree {
			return
		}
		if futex.Wait(m.word, layout.LockFree, yieldTime) {
			futex.Wake(m.word, 1) // it was not meant for us
		}
	}
	m.late.And(^layout.WatchLate) // it is gone
}

const (
	yields    = 3
	yieldTime = 30 * time.Microsecond
)

// told tells the front of our own queue after the word was changed.
func (m *mutex) told() {
	if m.gate.state.Load() != 0 {
		m.gate.tell() // model: U4
	}
}

// shut wakes all of this process that wait.
func (m *mutex) shut() {
	m.gate.tellAll()
	futex.Wake(m.word, futex.All)
}

func notRecoverable(t *robust.Table, off layout.Offset) error { return t.Lost("lock", off) }

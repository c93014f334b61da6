package sync

import (
	"context"
	gosync "sync"
	"sync/atomic"

	"usarena/arena"
	"usarena/internal/errs"
	"usarena/internal/fault"
	"usarena/internal/futex"
	"usarena/internal/layout"
	"usarena/internal/robust"
)

// Barrier is where n parties, goroutines of any process, wait for each other. It
// may be used again at once. A process that has ever waited at it is a party: if
// it dies, the barrier breaks, for whoever waits and whoever comes, until Reset;
// a process that closes the arena breaks nothing. A *Barrier is this process's
// handle; it must not be copied. IRIX: barrier_t.
type Barrier struct {
	_     noCopy
	s     *space
	r     robust.Record
	head  layout.ObjectHead
	gate  gate
	spin  spinner
	freed atomic.Bool
	race  raceMark
	told  told
}

// NewBarrier makes a barrier in the arena. It belongs to the arena and stays
// until Free. ErrNoSpace when the arena is full. IRIX: new_barrier.
func NewBarrier(a *arena.Arena) (*Barrier, error) {
	return plainObject(a, "new barrier", layout.BarrierObject, barrierFrom)
}

// BarrierAt is the barrier at off, in any process. ErrNotAllocated,
// ErrWrongObject.
func BarrierAt(a *arena.Arena, off arena.Offset) (*Barrier, error) {
	return objectAt(a, "barrier at", off, layout.BarrierObject, barrierFrom)
}

func barrierFrom(s *space, r robust.Record, head layout.ObjectHead) *Barrier {
	return handleOf(s, r, head, func() *Barrier { return &Barrier{s: s, r: r, head: head} })
}

// Wait arrives and waits until n parties have. n may differ from one use to the
// next; all parties of one use give the same. ErrBroken when a party died. A
// cancelled party takes its arrival back, unless the others have passed by then.
// IRIX: barrier, which spins and knows no death.
func (b *Barrier) Wait(ctx context.Context, n uint32) (err error) {
	const op = "barrier"
	t, err := b.begin(op)
	if err != nil {
		return err
	}
	defer t.End(op, &err, fault.Arm())
	if err := ctx.Err(); err != nil { // a done context never arrives
		return interrupted(op, t, b.r.Off, err)
	}
	if n == 0 {
		return errs.Wrap(errs.Invalid, op, "%s: barrier at %#x: of 0 parties", t.Name(), b.r.Off)
	}
	b.race.release()
	robust.SetBit(b.r, t.Slot()) // model: B1
	phase, passed, err := b.arrive(op, n)
	if err != nil || passed {
		b.race.acquire()
		return err
	}
	if b.spin.run(func() (bool, bool) { return b.moved(phase), false }) {
		return b.result(op, phase)
	}
	w := await{s: b.s, ctx: ctx, op: op, off: b.r.Off, r: b.r, gate: &b.gate, each: true, alive: b.check, over: b.mourn}
	err = w.until(func() (bool, error) { return b.moved(phase), nil })
	if err != nil && !b.moved(phase) && b.check(op) == nil && b.takeBack(phase) {
		return err
	}
	if err != nil && b.check(op) != nil {
		return err
	}
	return b.result(op, phase)
}

// arrive counts one party in. The last one opens the barrier.
func (b *Barrier) arrive(op string, n uint32) (phase uint32, passed bool, err error) {
	for {
		w := layout.BarrierWord(b.r.Word.Load())
		if w.Broken() {
			return 0, false, b.broken(op, w.Phase())
		}
		if w.Count()+1 < n {
			if b.r.Word.CompareAndSwap(uint64(w), uint64(layout.MakeBarrier(w.Phase(), w.Count()+1))) { // model: B2
				return w.Phase(), false, nil
			}
			continue
		}
		b.forget(w.Phase())
		if b.r.Word.CompareAndSwap(uint64(w), uint64(layout.MakeBarrier(w.Phase()+1, 0))) { // model: B3
			robust.Wake(b.r, futex.All) // model: B4
			return w.Phase(), true, nil
		}
	}
}

// forget drops the note of a phase that broke long before this one: phases are
// counted modulo their width, so it would come to look like one that is ahead.
func (b *Barrier) forget(phase uint32) {
	if broke := b.r.Broken.Load(); broke != 0 && layout.EarlierPhase(broke-1+longAgo, phase) {
		b.r.Broken.CompareAndSwap(broke, 0)
	}
}

// longAgo is how many phases later nobody is still about to ask.
const longAgo = 1 << 28

// moved says that the phase is over, one way or the other.
func (b *Barrier) moved(phase uint32) bool {
	w := layout.BarrierWord(b.r.Word.Load())
	return w.Phase() != phase || w.Broken()
}

// result is how a phase that is over ended.
func (b *Barrier) result(op string, phase uint32) error {
	b.race.acquire()
	w := layout.BarrierWord(b.r.Word.Load())
	if broke := b.r.Broken.Load(); w.Phase() == phase || broke != 0 && !layout.EarlierPhase(broke-1, phase) {
		return b.broken(op, phase) // this phase, or one after it
	}
	return nil
}

func (b *Barrier) broken(op string, phase uint32) error {
	b.told.add(phase)
	return errs.Wrap(errs.Broken, op, "%s: barrier at %#x: a party died or it was reset; Reset makes it usable again", b.s.t.Name(), b.r.Off)
}

// mourn breaks the barrier if a party is gone: the phase that is open now, and no
// other that somebody opens meanwhile.
func (b *Barrier) mourn() bool {
	t, open := b.s.t, b.r.Word.Load()
	for slot := 1; slot <= t.Users(); slot++ {
		w := b.r.Bits(slot / 64)
		if w == nil {
			break
		}
		if w.Load()>>(slot%64)&1 != 0 && slot != t.Slot() && t.GoneNow(slot) {
			robust.BreakPhase(b.r, layout.BarrierWord(open))
			break
		}
	}
	return false // the word tells
}

// takeBack undoes an arrival at a phase that is not over. False: it is.
func (b *Barrier) takeBack(phase uint32) bool {
	for {
		w := layout.BarrierWord(b.r.Word.Load())
		if w.Phase() != phase || w.Broken() || w.Count() == 0 {
			return false
		}
		if b.r.Word.CompareAndSwap(uint64(w), uint64(layout.MakeBarrier(phase, w.Count()-1))) { // model: B6
			return true
		}
	}
}

// Reset makes the barrier usable again: parties that wait get ErrBroken, those
// that died are parties no longer. Processes that live stay parties. All who are
// told that it broke may call it: once for each ErrBroken, it does nothing where
// somebody else has done it already. IRIX: init_barrier.
func (b *Barrier) Reset() (err error) {
	t, err := b.begin("reset barrier")
	if err != nil {
		return err
	}
	defer t.End("reset barrier", &err, fault.Arm())
	phase, told := b.told.take()
	if w := layout.BarrierWord(b.r.Word.Load()); told && !w.Broken() && w.Phase() != phase {
		return nil // another one who was told has done it
	}
	w := robust.Break(b.r)
	for {
		broke := b.r.Broken.Load()
		if broke != 0 && !layout.EarlierPhase(broke-1, w.Phase()) || b.r.Broken.CompareAndSwap(broke, w.Phase()+1) {
			break
		}
	}
	b.bury(w)
	b.r.Word.CompareAndSwap(uint64(w), uint64(layout.MakeBarrier(w.Phase()+1, 0))) // model: B7
	robust.Wake(b.r, futex.All)
	return nil
}

// told counts the goroutines of this process that were told of a phase that it
// broke, and have not reset it.
type told struct {
	mu    gosync.Mutex
	phase uint32
	n     int
}

func (t *told) add(phase uint32) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.phase != phase {
		t.phase, t.n = phase, 0
	}
	t.n++
}

// take takes one off; false: there was none.
func (t *told) take() (phase uint32, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.n == 0 {
		return 0, false
	}
	t.n--
	return t.phase, true
}

// bury makes parties that are gone parties no longer, while the barrier is broken
// as w says: who comes into the slot of one that is gone could be a party of a
// phase that somebody else has opened.
func (b *Barrier) bury(w layout.BarrierWord) {
	t := b.s.t
	for slot := 1; slot <= t.Users(); slot++ {
		at := b.r.Bits(slot / 64)
		if at == nil || at.Load()>>(slot%64)&1 == 0 || slot == t.Slot() || !t.GoneNow(slot) {
			continue
		}
		if release, ok := t.Claim(slot); ok {
			if b.r.Word.Load() == uint64(w) {
				robust.ClearBit(b.r, slot)
			}
			release()
		}
	}
}

// Free frees the barrier. Who still uses it, in any process, uses what is made in
// its place. ErrNotAllocated if it was freed already. IRIX: free_barrier.
func (b *Barrier) Free() (err error) {
	const op = "free barrier"
	t, err := b.begin(op)
	if err != nil {
		return err
	}
	defer t.End(op, &err, fault.Arm())
	if err := t.Free(op, b.r, b.head); err != nil {
		return err
	}
	b.freed.Store(true)
	b.gate.tellAll()
	return nil
}

// Offset is where the barrier is, for BarrierAt in any process.
func (b *Barrier) Offset() arena.Offset { return b.r.Off }

// shut wakes this process's waiters, because the arena closes.
func (b *Barrier) shut() { shut(&b.gate, b.r) }

func (b *Barrier) begin(op string) (*robust.Table, error) {
	return begin(b.s.t, op, b.r, b.head, &b.freed)
}

func (b *Barrier) check(op string) error { return alive(b.s.t, op, b.r, b.head, &b.freed) }

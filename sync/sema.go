package sync

import (
	"context"
	"sync/atomic"

	"usarena/arena"
	"usarena/internal/errs"
	"usarena/internal/fault"
	"usarena/internal/layout"
	"usarena/internal/robust"
)

// SemaMost is the greatest initial value of a semaphore, as on IRIX.
const SemaMost = 30000

// Sema is a counting semaphore that processes share. A *Sema is this process's
// handle; all handles of one semaphore in a process are the same. It must not be
// copied. IRIX: usema_t.
//
// What a process has taken is lost with it when it dies, unless the semaphore
// was made with Undo.
type Sema struct {
	_     noCopy
	word  *atomic.Uint64
	count *atomic.Uint32 // processes that sleep
	plain bool           // the fast way will do: no undo
	race  raceMark

	s     *space
	r     robust.Record
	head  layout.ObjectHead
	gauge *layout.Gauge
	gate  gate
	spin  spinner
	freed atomic.Bool
	dead  [2]atomic.Uint64 // the words of a semaphore that was freed

	depth recursion
}

// SemaOption is an option of NewSema.
type SemaOption uint32

// Options of NewSema.
const (
	// Undo: the units that a user has taken and not given come back when it dies
	// or closes the arena.
	Undo SemaOption = 1 << iota
	// Recursive: a process that has taken the only unit may take it again, and
	// gives it as often. Goroutines of one process do not exclude each other then.
	// For semaphores of one unit. IRIX: usctlsema(CS_RECURSIVEON).
	Recursive
	// Metered: uses are counted, see Meter. IRIX: usctlsema(CS_METERON).
	Metered
	// Debug: the process that took the semaphore last, and where, is noted. IRIX:
	// usctlsema(CS_DEBUGON).
	Debug
	// Logged: uses are entered in the arena's history, which must be on. IRIX:
	// usctlsema(CS_HISTON).
	Logged
)

// NewSema makes a semaphore with value free units, 0 to SemaMost: ErrInvalid
// otherwise. It belongs to the arena and stays until Free. While the arena's
// history is on, it takes part. ErrNoSpace when the arena is full. IRIX:
// usnewsema.
func NewSema(a *arena.Arena, value int, opts ...SemaOption) (_ *Sema, err error) {
	const op = "new sema"
	s, err := enter(a, op)
	if err != nil {
		return nil, err
	}
	defer s.t.End(op, &err, fault.Arm())
	if value < 0 || value > SemaMost {
		return nil, errs.Wrap(errs.Invalid, op, "%s: value %d, 0 to %d are possible", a.Name(), value, SemaMost)
	}
	all := SemaOption(0)
	for _, o := range opts {
		all |= o
	}
	if s.t.HistoryOn() {
		all |= Logged
		if err := s.t.SetHistory(op, true, 0); err != nil {
			return nil, err
		}
	}
	if all&Recursive != 0 && value != 1 {
		return nil, errs.Wrap(errs.Invalid, op, "%s: recursive with value %d, 1 is needed", a.Name(), value)
	}
	options := uint64(0)
	if all&Undo != 0 {
		options = layout.OptionUndo
	}
	return newObject(s, op, layout.SemaObject, options, func(r robust.Record) {
		flags := all.flags()
		r.Flags.Store(flags)
		w := layout.SemaWord(0).WithValue(value)
		if flags != 0 {
			w |= layout.SemaWatched
		}
		r.Word.Store(uint64(w))
	}, semaFrom)
}

// flags are the watch flags of options.
func (o SemaOption) flags() (f uint32) {
	for _, x := range []struct {
		option SemaOption
		flag   uint32
	}{{Recursive, layout.WatchRecursive}, {Metered, layout.WatchMeter}, {Debug, layout.WatchOwner}, {Logged, layout.WatchHistory}} {
		if o&x.option != 0 {
			f |= x.flag
		}
	}
	return f
}

// SemaAt is the semaphore at off, in any process. ErrNotAllocated,
// ErrWrongObject.
func SemaAt(a *arena.Arena, off arena.Offset) (*Sema, error) {
	return objectAt(a, "sema at", off, layout.SemaObject, semaFrom)
}

func semaFrom(s *space, r robust.Record, head layout.ObjectHead) *Sema {
	return handleOf(s, r, head, func() *Sema {
		return &Sema{
			s: s, r: r, head: head, word: &r.Word, count: &r.Waiters, gauge: r.Gauge(),
			plain: head.Options()&layout.OptionUndo == 0,
		}
	})
}

// P takes a unit and waits for one if it must. Without a unit: ErrClosed, the
// context's error. IRIX: uspsema.
func (s *Sema) P(ctx context.Context) error {
	if (endless(ctx) || ctx.Err() == nil) && s.plain && s.takeFast() {
		s.race.acquire()
		return nil
	}
	return s.pSlow(ctx)
}

// takeFast takes a unit where nothing else is to be done.
func (s *Sema) takeFast() bool {
	w := layout.SemaWord(s.word.Load())
	return w&(layout.SemaStarving|layout.SemaWatched) == 0 && w&layout.SemaMost != 0 &&
		s.word.CompareAndSwap(uint64(w), uint64(w-1)) // model: P1
}

// TryP takes a unit if one is free. It never waits. IRIX: uscpsema.
func (s *Sema) TryP() (_ bool, err error) {
	if s.plain && s.takeFast() {
		s.race.acquire()
		return true, nil
	}
	const op = "try p"
	t, err := s.begin(op)
	if err != nil {
		return false, err
	}
	defer t.End(op, &err, fault.Arm())
	if s.again() {
		return true, nil
	}
	ok, left, err := s.take(op, false)
	if !ok && err == nil && left > 0 {
		// It is kept for one that has waited long and may be gone by now: a try
		// does not queue, so nobody would ever find out.
		if ok, left, err = s.take(op, true); ok && robust.AnySleeper(s.count) {
			robust.Starve(s.r)
		}
	}
	s.noteTry(ok, left)
	if ok {
		s.began()
		s.race.acquire()
	}
	return ok, err
}

// V gives a unit and wakes one that waits. ErrInvalid when there would be more
// than a semaphore can hold. IRIX: usvsema.
func (s *Sema) V() error {
	s.race.release()
	if s.plain {
		w := layout.SemaWord(s.word.Load())
		if w&layout.SemaWatched == 0 && w&layout.SemaMost != layout.SemaMost && s.word.CompareAndSwap(uint64(w), uint64(w+1)) { // model: V1
			if robust.AnySleeper(s.count) {
				return s.wakeSlow()
			}
			return nil
		}
	}
	return s.vSlow()
}

// Value is the number of free units, or, below zero, of goroutines of this
// process and processes that wait. IRIX: ustestsema.
func (s *Sema) Value() (_ int, err error) {
	t, err := s.begin("value")
	if err != nil {
		return 0, err
	}
	defer t.End("value", &err, fault.Arm())
	if v := layout.SemaWord(s.word.Load()).Value(); v > 0 {
		return v, nil
	}
	here := int(s.gate.state.Load() >> 1)
	return -max(here, int(layout.Sleepers(s.r.Waiters.Load()))), nil
}

// Init makes the semaphore as new, with value units: nothing is counted or noted
// any more, but for history. Who waits goes on waiting. ErrInvalid unless 0 <= value < SemaMost. IRIX:
// usinitsema.
func (s *Sema) Init(value int) (err error) {
	const op = "init sema"
	t, err := s.begin(op)
	if err != nil {
		return err
	}
	defer t.End(op, &err, fault.Arm())
	if value < 0 || value >= SemaMost {
		return errs.Wrap(errs.Invalid, op, "%s: value %d, 0 to %d are possible", t.Name(), value, SemaMost-1)
	}
	s.gauge.Reset(0)
	s.gauge.OwnerPid.Store(0)
	s.gauge.LastPid.Store(0)
	history := s.r.Flags.And(layout.WatchHistory)&layout.WatchHistory != 0 // as it was
	s.depth.set(0)
	for {
		w := s.word.Load()
		next := layout.SemaWord(w).WithValue(value) &^ (layout.SemaStarving | layout.SemaWatched)
		if history {
			next |= layout.SemaWatched
		}
		if s.word.CompareAndSwap(w, uint64(next)) {
			break
		}
	}
	robust.Wake(s.r, value)
	return nil
}

// Free frees the semaphore. Who still uses it, in any process, uses what is made
// in its place. ErrNotAllocated if it was freed already. IRIX: usfreesema.
func (s *Sema) Free() (err error) {
	const op = "free sema"
	t, err := s.begin(op)
	if err != nil {
		return err
	}
	defer t.End(op, &err, fault.Arm())
	if err := t.Free(op, s.r, s.head); err != nil {
		return err
	}
	s.freed.Store(true)
	s.plain, s.word = false, &s.dead[0]
	s.gate.tellAll()
	return nil
}

// Offset is where the semaphore is, for SemaAt in any process.
func (s *Sema) Offset() arena.Offset { return s.r.Off }

// shut wakes this process's waiters, because the arena closes.
func (s *Sema) shut() { shut(&s.gate, s.r) }

func (s *Sema) begin(op string) (*robust.Table, error) {
	return begin(s.s.t, op, s.r, s.head, &s.freed)
}

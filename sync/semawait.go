package sync

import (
	"context"
	gosync "sync"

	"usarena/internal/errs"
	"usarena/internal/fault"
	"usarena/internal/layout"
	"usarena/internal/robust"
)

func (s *Sema) pSlow(ctx context.Context) (err error) {
	const op = "p"
	t := s.s.t
	if err := t.Enter(op); err != nil {
		return err
	}
	defer t.End(op, &err, fault.Arm())
	if err := s.check(op); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil { // a done context never acquires
		return interrupted(op, t, s.r.Off, err)
	}
	if s.again() {
		return nil
	}
	ok, left, err := s.take(op, false)
	if !ok && err == nil {
		s.spin.run(func() (bool, bool) {
			w := layout.SemaWord(s.word.Load())
			if w&layout.SemaMost == 0 || w&layout.SemaStarving != 0 {
				return false, false
			}
			ok, left, err = s.take(op, false)
			return ok || err != nil, false
		})
	}
	waited := !ok
	if !ok && err == nil {
		s.noteSleep()
		w := await{s: s.s, ctx: ctx, op: op, off: s.r.Off, r: s.r, gate: &s.gate, alive: s.check,
			starve: func() { robust.Starve(s.r) }}
		err = w.until(func() (bool, error) {
			ok, left, err = s.take(op, true)
			return ok, err
		})
	}
	s.noteP(ok, waited, left)
	if err != nil {
		return err
	}
	s.began()
	s.race.acquire()
	return nil
}

func (s *Sema) check(op string) error { return alive(s.s.t, op, s.r, s.head, &s.freed) }

// take takes a unit, with undo or without. Between Enter and Leave.
func (s *Sema) take(op string, waited bool) (ok bool, left int, err error) {
	if s.head.Options()&layout.OptionUndo != 0 {
		return s.s.t.Undo(op, s.r, layout.LaneP, waited)
	}
	ok, left = s.s.t.TakeUnit(s.r, waited)
	return ok, left, nil
}

func (s *Sema) vSlow() (err error) {
	const op = "v"
	t := s.s.t
	if err := t.Enter(op); err != nil {
		return err
	}
	defer t.End(op, &err, fault.Arm())
	if err := s.check(op); err != nil {
		return err
	}
	if s.depth.less() {
		return nil
	}
	note := s.noteV()
	var left int
	if s.head.Options()&layout.OptionUndo != 0 {
		_, left, err = t.Undo(op, s.r, layout.LaneV, false)
	} else {
		left, err = t.GiveUnits(op, s.r, 1)
	}
	if err != nil {
		return err
	}
	note(left)
	robust.Wake(s.r, 1)
	return nil
}

// wakeSlow is the end of a V that has found somebody asleep.
func (s *Sema) wakeSlow() (err error) {
	t := s.s.t
	if t.Enter("v") != nil {
		return nil // the unit was given before the arena closed
	}
	defer t.End("v", &err, fault.Arm())
	robust.Wake(s.r, 1)
	return nil
}

// recursion counts how often this process has taken a recursive semaphore
// beyond the first time.
type recursion struct {
	mu    gosync.Mutex
	depth int // 0 not held
}

// again takes a recursive semaphore that this process holds once more.
func (s *Sema) again() bool {
	if s.r.Flags.Load()&layout.WatchRecursive == 0 {
		return false
	}
	d := &s.depth
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.depth == 0 {
		return false
	}
	d.depth++
	s.noteP(true, false, 0)
	return true
}

// began is after the first time. Others give their units back the fast way, which
// would leave the depth for whoever makes them recursive later.
func (s *Sema) began() {
	if s.watches(layout.WatchRecursive) {
		s.depth.set(1)
	}
}

func (d *recursion) set(depth int) {
	d.mu.Lock()
	d.depth = depth
	d.mu.Unlock()
}

// less is true if a V only takes back a repeated P.
func (d *recursion) less() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.depth > 1 {
		d.depth--
		return true
	}
	d.depth = 0
	return false
}

// SetRecursive turns recursion on or off. The semaphore has been made with one
// unit and is free: ErrBusy otherwise. IRIX: usctlsema(CS_RECURSIVEON, …OFF).
func (s *Sema) SetRecursive(on bool) (err error) {
	const op = "set recursive"
	t, err := s.begin(op)
	if err != nil {
		return err
	}
	defer t.End(op, &err, fault.Arm())
	if v := layout.SemaWord(s.word.Load()).Value(); v != 1 {
		return errs.Wrap(errs.Busy, op, "%s: sema at %#x has %d free units, 1 is needed", t.Name(), s.r.Off, v)
	}
	s.watch(layout.WatchRecursive, on)
	return nil
}

package sync

import (
	"context"
	"time"

	"usarena/internal/futex"
	"usarena/internal/layout"
	"usarena/internal/robust"
)

// await is the wait for an object with an event word: all but locks.
type await struct {
	s      *space
	ctx    context.Context
	op     string
	off    layout.Offset
	r      robust.Record
	gate   *gate
	how    uint8
	each   bool // whoever waits may be done though the front is not
	alive  func(op string) error
	starve func()      // called once after the front has waited long; may be nil
	over   func() bool // called at each quantum's end: the wait is over; may be nil
}

// until waits until try is done. One goroutine of the process sleeps on the
// event, and each that is done tells the next to try.
func (a *await) until(try func() (bool, error)) error {
	t := a.s.t
	t.WaitBegins(a.off, a.how)
	defer t.WaitEnds(a.off, a.how)
	w := a.gate.enter()
	if w != nil && a.each {
		// The front may have come later, for what comes next.
		if done, err := try(); done || err != nil {
			a.gate.quit(w)
			return err
		}
	}
	var began time.Time
	var stop func() bool
	counted := false
	defer func() {
		if stop != nil {
			stop()
		}
		if counted {
			robust.Woke(a.r) // model: P6
		}
	}()
	for {
		front, _ := a.gate.turn(w)
		if err := a.ended(); err != nil {
			a.gate.quit(w)
			if counted { // a wake-up may have been ours
				robust.Wake(a.r, 1)
			}
			return err
		}
		if !front {
			w.sleep(a.ctx)
			continue
		}
		if !counted {
			counted = true
			robust.Sleeps(a.r) // model: P2
		}
		a.gate.looks()
		event := a.r.Event.Load() // model: P3
		if done, err := try(); done || err != nil {
			a.gate.leave(w, true)
			return err
		}
		if stop == nil && a.ctx.Done() != nil {
			stop = context.AfterFunc(a.ctx, func() { futex.Wake(&a.r.Event, futex.All) })
		}
		if !futex.Wait(&a.r.Event, event, quantum) && a.r.Event.Load() == event { // model: P5 C3
			t.Tend() // whoever has what we wait for may be dead
			if a.over != nil && a.over() {
				a.gate.leave(w, true)
				return nil
			}
		}
		if now := time.Now(); began.IsZero() {
			began = now
		} else if a.starve != nil && now.Sub(began) > starved {
			a.starve()
			a.starve = nil
		}
	}
}

// ended is why the wait ends without the object, nil if it does not.
func (a *await) ended() error {
	if a.s.t.Closed() {
		return a.s.t.ClosedError(a.op)
	}
	if err := a.ctx.Err(); err != nil {
		return interrupted(a.op, a.s.t, a.off, err)
	}
	return a.alive(a.op)
}

// shut wakes all waiters of this process at an object, because the arena closes.
func shut(g *gate, r robust.Record) {
	g.tellAll()
	futex.Wake(&r.Event, futex.All)
}

package torture

import (
	"context"
	"fmt"
	"time"

	"usarena/internal/worker"
)

// patience is how long anything may take before it counts as a hang.
const patience = 2 * time.Minute

// rage kills until it is time for an account. False: a hang was found.
func (s *storm) rage(ctx context.Context) (bool, error) {
	s.round = 0
	timer := time.NewTimer(0)
	defer timer.Stop()
	last := time.Now() // when somebody died
	for s.round < killsInRound && !s.over(ctx) {
		var ready chan *worker.Proc
		if s.vacant() >= 0 {
			ready = s.reserve.ready
		}
		timer.Reset(time.Until(s.next()))
		select {
		case e := <-s.ended:
			s.bury(e)
			last = time.Now()
		case p := <-ready:
			s.sit(s.vacant(), p)
		case err := <-s.reserve.failed:
			return false, fmt.Errorf("torture: no more processes: %w", err)
		case <-ctx.Done():
		case <-timer.C:
			s.turn()
		}
		s.tell()
		if time.Since(last) > patience {
			s.bad("nobody could be killed for %v", patience)
			return false, nil
		}
	}
	return true, nil
}

// next is when there is something to do by itself.
func (s *storm) next() time.Time {
	t := time.Now().Add(20 * time.Millisecond)
	if s.calm() {
		return t
	}
	for i := range s.seats {
		x := &s.seats[i]
		if x.proc == nil || x.dying {
			continue
		}
		if !x.until.IsZero() && x.until.Before(t) {
			t = x.until
		}
		if x.due.Before(t) {
			t = x.due
		}
	}
	return t
}

// calm says that it is too early to kill: the seats have not been full for long.
func (s *storm) calm() bool {
	if s.full.IsZero() {
		if s.vacant() >= 0 {
			return true
		}
		s.full = time.Now()
	}
	on := time.Since(s.full) < s.calmFor()
	if !on {
		s.watch.calm.Store(false)
	}
	return on
}

// turn does what is due.
func (s *storm) turn() {
	if s.calm() {
		return
	}
	if t := time.Now(); t.After(s.halted) {
		s.halted = t.Add(time.Duration(5+s.rnd.IntN(40)) * time.Millisecond)
		if i := s.rnd.IntN(len(s.seats)); s.seats[i].proc != nil && !s.seats[i].dying && s.seats[i].until.IsZero() {
			s.halt(i)
		}
	}
	for i := range s.seats {
		x, t := &s.seats[i], time.Now()
		if x.proc == nil || x.dying {
			continue
		}
		if x.due.Before(t) {
			switch {
			case !s.begun(i): // it does not count while it waits for a processor
				x.due = t.Add(time.Duration(50+s.rnd.IntN(1500)) * time.Microsecond)
			case s.alive() > max(1, len(s.seats)/2):
				s.strike(i)
				continue
			default: // some must survive
				x.due = t.Add(500 * time.Microsecond)
			}
		}
		if !x.until.IsZero() && x.until.Before(t) {
			s.carryOn(i)
		}
	}
}

// begun says that the process of a seat has begun its work.
func (s *storm) begun(i int) bool {
	return s.l.Seats[i].Lanes[lanes-1].Last.Load() > s.seats[i].sat
}

// occupied is how many seats have a process.
func (s *storm) occupied() (n int) {
	for i := range s.seats {
		if s.seats[i].proc != nil {
			n++
		}
	}
	return n
}

// await handles ends until cond holds. False: it was a hang, and everybody has
// been killed.
func (s *storm) await(what string, cond func() bool) bool {
	for i := range s.seats {
		if x := &s.seats[i]; x.proc != nil && !x.dying && !x.until.IsZero() {
			s.carryOn(i)
		}
	}
	limit := time.Now().Add(patience)
	for !cond() {
		select {
		case e := <-s.ended:
			s.bury(e)
		case <-time.After(100 * time.Microsecond):
		}
		if time.Now().After(limit) {
			s.bad("waiting until %s took %v: %s", what, patience, s.whereabouts())
			s.killAll()
			return false
		}
	}
	return true
}

// whereabouts says what everybody is at.
func (s *storm) whereabouts() (text string) {
	for i := range s.seats {
		if s.seats[i].proc == nil {
			continue
		}
		text += fmt.Sprintf(" seat %d:", i)
		for k := range lanes {
			if lane := &s.l.Seats[i].Lanes[k]; lane.Run.Load() != 0 {
				text += fmt.Sprintf(" %s,", phaseNames[lane.Phase.Load()])
			}
		}
	}
	return text
}

// killAll kills all processes in seats and waits for their ends.
func (s *storm) killAll() {
	for i := range s.seats {
		if x := &s.seats[i]; x.proc != nil && !x.dying {
			s.strike(i)
		}
	}
	for s.occupied() > 0 {
		s.bury(<-s.ended)
	}
}

package torture

import (
	"context"

	"usarena/info"
)

// account makes it quiet, takes over the dead, compares the arena with the book,
// and settles what is nobody's. With kill it is quiet because all are dead. False:
// it did not become quiet.
func (s *storm) account(kill bool) (bool, error) {
	if !s.quiet(kill) {
		return false, nil
	}
	if _, err := s.a.Recover(context.Background()); err != nil {
		s.bad("recover: %v", err)
	}
	for _, u := range s.a.Users() {
		if u.State == info.StateDead {
			s.bad("slot %d is still that of a dead user after recovery", u.Slot)
		}
	}
	s.Recoveries += s.died
	s.died = 0
	for _, f := range s.a.Check().Findings {
		s.bad("check: %s at %#x: %s", f.Kind, f.Offset, f.Detail)
	}
	if err := s.compare(); err != nil {
		return false, err
	}
	s.objectsAtRest()
	s.settle()
	s.Accounts++
	s.resume()
	return true, nil
}

// quiet stops all work: at the end of an operation, or for ever.
func (s *storm) quiet(kill bool) bool {
	s.pauses++
	s.watch.resumed.Store(never)
	if kill {
		s.killAll()
		return true
	}
	s.l.Pause.Store(s.pauses)
	return s.await("all rest", func() bool {
		for i := range s.seats {
			if s.seats[i].proc == nil {
				continue
			}
			if s.seats[i].dying {
				return false
			}
			for k := range lanes {
				if l := &s.l.Seats[i].Lanes[k]; l.Run.Load() != 0 && l.Ack.Load() != s.pauses {
					return false
				}
			}
		}
		return true
	})
}

// resume ends the rest. Who is to leave is told while all rest: what is freed from
// cells after an account the book does not know of.
func (s *storm) resume() {
	if s.ending {
		s.l.Stop.Store(1)
	}
	s.l.Pause.Store(0)
	s.watch.resumed.Store(now())
}

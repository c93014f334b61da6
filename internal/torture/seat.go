package torture

import (
	"sync/atomic"
	"syscall"
	"time"

	"usarena/internal/worker"
)

// seat is where one process works.
type seat struct {
	proc    *worker.Proc // nil: empty
	dying   bool         // it has been killed
	due     time.Time    // when it will be
	until   time.Time    // it is stopped until then; zero: it is not
	working atomic.Bool  // it should be getting on
	since   atomic.Int64 // since when
	sat     int64        // when the process was told to begin
}

// end is the end of a process.
type end struct {
	seat int
	proc *worker.Proc
	err  error // nil: a good one
}

// sit gives a seat to a process.
func (s *storm) sit(i int, p *worker.Proc) {
	x := &s.seats[i]
	o := order{Arena: s.a.Name(), Seat: i, Private: s.reclaim, Seed: s.rnd.Uint64(), Role: s.rnd.IntN(2 * roles)}
	if o.Role >= roles {
		o.Role = resident
	}
	x.proc, x.dying, x.until = p, false, time.Time{}
	x.due = time.Now().Add(s.life())
	x.sat = now()
	x.since.Store(x.sat)
	x.working.Store(true)
	err := p.Tell(o)
	go func() {
		var done bool
		if e := p.Hear(&done); e != nil {
			err = e
		} else {
			err = p.Wait()
		}
		s.ended <- end{i, p, err}
	}()
}

// life is how long a process has from now: half of them 0.05 to 3 ms.
func (s *storm) life() time.Duration {
	if s.rnd.IntN(2) == 0 {
		return time.Duration(50+s.rnd.IntN(2950)) * time.Microsecond
	}
	return time.Duration(3000+s.rnd.IntN(40000)) * time.Microsecond
}

// alive is how many processes are at work.
func (s *storm) alive() (n int) {
	for i := range s.seats {
		if s.seats[i].proc != nil && !s.seats[i].dying {
			n++
		}
	}
	return n
}

// vacant is a seat without a process, -1 if there is none.
func (s *storm) vacant() int {
	for i := range s.seats {
		if s.seats[i].proc == nil {
			return i
		}
	}
	return -1
}

// strike kills the process of a seat.
func (s *storm) strike(i int) {
	x := &s.seats[i]
	x.working.Store(false)
	x.dying = true
	_ = x.proc.Signal(syscall.SIGKILL) // an error says that it has ended, which is heard
}

// halt stops one for a while; carry on is due after that.
func (s *storm) halt(i int) {
	x := &s.seats[i]
	x.working.Store(false)
	if x.proc.Signal(syscall.SIGSTOP) == nil {
		s.Stops++
	}
	x.until = time.Now().Add(time.Duration(500+s.rnd.IntN(8000)) * time.Microsecond)
}

func (s *storm) carryOn(i int) {
	x := &s.seats[i]
	_ = x.proc.Signal(syscall.SIGCONT)
	x.until = time.Time{}
	x.since.Store(now())
	x.working.Store(true)
}

// bury notes the end of a process and what it leaves in doubt.
func (s *storm) bury(e end) {
	x := &s.seats[e.seat]
	x.working.Store(false)
	p := &s.l.Seats[e.seat]
	if !x.dying {
		if e.err != nil {
			s.bad("a process gave up: %v", e.err)
		} else if s.l.Stop.Load() == 0 {
			s.bad("the process in seat %d ended before it was told to", e.seat)
		}
	} else {
		s.Kills++
		s.round++
		s.grew()
		for k := range p.Lanes {
			if p.Lanes[k].Run.Load() != 0 {
				s.by[p.Lanes[k].Phase.Load()]++
				s.inBout[p.Lanes[k].Phase.Load()]++
			}
		}
	}
	if e.err != nil {
		s.mourn(p)
	}
	for k := range p.Lanes {
		s.l.release(laneID(e.seat, k))
		p.Lanes[k].clear()
	}
	x.proc, x.dying = nil, false
}

// mourn notes the fate of a process's user and its doubts.
func (s *storm) mourn(p *place) {
	if u := p.Lanes[lanes-1].User.Load(); u != 0 {
		switch f := s.l.fate(u); f.Load() &^ doomed {
		case alive:
			f.Store(killed)
			s.died++
		case departing:
			f.Store(killedDeparting)
			s.died++
		}
	}
	for k := range p.Lanes {
		if p.Lanes[k].Run.Load() != 0 {
			s.doubts = append(s.doubts, doubtsOf(&p.Lanes[k])...)
		}
	}
}

// clear makes a lane ready for another process. What it counts stays.
func (l *lane) clear() {
	for i := range l.Held {
		l.Held[i].Store(0)
	}
	l.Run.Store(0)
	l.Ack.Store(0)
	l.Phase.Store(idle)
	l.User.Store(0)
	l.New.Store(0)
}

// release gives up the cells that a lane has to itself: others may use them before
// anybody recovers it.
func (l *ledger) release(id uint32) {
	for i := range l.Claims {
		l.Claims[i].CompareAndSwap(id, 0)
	}
}

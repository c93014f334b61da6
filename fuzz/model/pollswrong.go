package model

// PollBug is a bug planted in the model of pollable semaphores.
type PollBug uint8

// The planted bugs.
const (
	NoPollBug    PollBug = iota
	CommitFirst          // V gives the unit, and wakes afterwards only
	NotAnnounced         // V does not say that it is in progress
	RingFirst            // V tells only who is first in the queue
	UnitsFirst           // who is queued looks at the units, and then whether a V is in progress
	TurnUntimed          // ... sleeps without an end while a unit is free that somebody before it may take
	DeadBefore           // ... waits for the dead before it
	BellLate             // ... loads its bell after the look
	QueueLate            // ... looks before it is queued
	pollBugs
)

var pollBugNames = [pollBugs]string{
	"no bug",
	"commit first",
	"not announced",
	"ring first",
	"units first",
	"turn untimed",
	"dead before",
	"bell late",
	"queue late",
}

func (b PollBug) String() string { return pollBugNames[b] }

// canon numbers the tickets from 1 and, where processes have the same roles,
// brings them in order.
func (m *Polls) canon(s pollState) pollState {
	was := s.Slot
	for i := range s.Slot {
		rank := uint8(0)
		for _, w := range was {
			if w.Ticket != 0 && w.Ticket <= was[i].Ticket {
				rank++
			}
		}
		s.Slot[i].Ticket = rank
	}
	if m.Same && m.Bug == NoPollBug {
		sort(int(m.Procs), s.less, s.swapProcs)
	}
	return s
}

func (s *pollState) less(p, q uint8) bool {
	a, b := s.Proc[p], s.Proc[q]
	for _, x := range [...][2]uint8{{a.PC, b.PC}, {a.Flags, b.Flags}, {a.Before, b.Before}, {s.Slot[p].Ticket, s.Slot[q].Ticket},
		{s.Gen[p], s.Gen[q]}, {s.State[p], s.State[q]}} {
		if x[0] != x[1] {
			return x[0] < x[1]
		}
	}
	return false
}

// swapProcs exchanges two processes that nobody who looks at the slots in turn
// has told apart yet.
func (s *pollState) swapProcs(p, q uint8) {
	for _, g := range s.Proc {
		if g.PC == pqScan || g.PC == pqRing || g.PC == pqWake {
			return
		}
	}
	s.Proc[p], s.Proc[q] = s.Proc[q], s.Proc[p]
	s.Slot[p], s.Slot[q] = s.Slot[q], s.Slot[p]
	s.crew.swap(p, q)
	for i := range s.Proc {
		if g := &s.Proc[i]; g.Of != 0 {
			g.Of = other(g.Of-1, p, q) + 1
		}
	}
}

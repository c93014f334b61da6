package model

import "fmt"

// pollSlot is a pollable semaphore's word of a slot.
type pollSlot struct {
	Queued bool
	Ticket uint8 // only the order of tickets means something: its rank among them
	Giving uint8 // V operations in progress
}

// pollProc is a process. What its goroutines do at one semaphore is under a mutex
// of the process, so they are one here.
type pollProc struct {
	PC     uint8
	At     uint8 // slots looked at so far
	Before uint8 // of those, queued before us
	Flags  uint8
	Of     uint8 // process whose slot it recovers, +1
}

const (
	qStale  uint8 = 1 << iota // the bell has rung since it was loaded
	qGiving                   // somebody alive is about to give
	qLong                     // a quantum has ended while a unit was free
	qFree                     // a unit was free that is somebody else's before
	qTimed                    // it sleeps for a quantum at most
	qHas                      // it has a unit
	qSecond                   // it rings for the second time
	qKnown                    // it has looked at the units already: a planted bug
)

// pollState is the whole machine.
type pollState struct {
	Proc [3]pollProc
	Slot [3]pollSlot
	crew
	Units uint8
	Quits uint8 // places in the queue that may still be given up
	Extra uint8 // units that may still be given by those who have none
	Lost  uint8 // an onlooker: units that the dead had
	Given uint8 // ... extra units that were given
}

// Places of a process in its program.
const (
	pqQueue uint8 = iota + dead + 1
	pqBell
	pqScan
	pqLook
	pqLate // the bell is loaded after the look, a planted bug
	pqSleep
	pqAsleep
	pqGrant
	pqHold
	pqRing // from here on: rings
	pqWake
	pqCommit
	pqEnd
	pqVisit
	pqClear
	pqSettle
)

// Polls is a configuration of the model of pollable semaphores.
type Polls struct {
	Procs, Units, Kills, Extra, Quits uint8
	Safe                              [3]bool
	Same                              bool
	Can                               [3]uint16
	Bug                               PollBug
}

// Start has all units free and all processes attached.
func (m Polls) Start() pollState {
	s := pollState{Units: m.Units, Extra: m.Extra, Quits: m.Quits}
	s.Kills = m.Kills
	for p := range uint8(len(s.Proc)) {
		if p < m.Procs {
			s.board(p)
		} else {
			s.Proc[p].PC = dead
		}
	}
	return s
}

// Marks names the steps.
func (Polls) Marks() []Mark { return pollMarks[:] }

// String is one line for people.
func (s pollState) String() string {
	t := fmt.Sprintf("units=%d", s.Units)
	for p, g := range s.Proc {
		if g.PC == dead && s.Gen[p] == 0 && s.State[p] == slotFree {
			continue
		}
		t += fmt.Sprintf(" | %d:%s", p+1, pollPlaces[g.PC])
		for i, f := range []string{" stale", " giving", " long", " free", " timed", " has", " second", " known"} {
			if g.Flags>>i&1 != 0 {
				t += f
			}
		}
		if w := s.Slot[p]; w.Queued {
			t += fmt.Sprintf(" queued %d", w.Ticket)
		} else if w.Ticket != 0 {
			t += fmt.Sprintf(" ticket %d", w.Ticket)
		}
		if s.Slot[p].Giving != 0 {
			t += " V in progress"
		}
	}
	return t + " | " + s.crew.String()
}

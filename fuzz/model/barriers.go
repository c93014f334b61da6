package model

import "fmt"

// barGor is a goroutine of the barrier model.
type barGor struct {
	PC    uint8
	Phase uint8 // at which it has arrived
	Flags uint8
	Of    uint8 // process whose slot it recovers, +1
}

const (
	bIn    uint8 = 1 << iota // its arrival is counted
	bStale                   // the event has moved on since it was loaded
	bOver                    // its context is over
	bPlain                   // a planted bug: it resets a barrier at which nobody waits
)

// barState is the whole machine. Goroutine x belongs to process x/2.
type barState struct {
	Gor   [6]barGor
	Front [3]uint8 // of the process's queue, goroutine+1
	Party [3]bool
	crew
	Phase, Arrived uint8
	Broken         bool
	Last           uint8            // the phase that broke last, +1
	Ends, Resets   uint8            // that may still happen
	Fate           [barPhases]uint8 // an onlooker: how each phase ended
	Left           uint8            // ... arrivals in the present one of who is dead
	Came           [3]bool          // ... the process has arrived, since the last reset
	Bereft         bool             // ... a party died, and the barrier has not broken since
	Death          bool             // ... a party was dead in the present phase
	Bad            uint8
}

// barPhases bounds the phases.
const barPhases = 6

const (
	phaseOpen uint8 = iota
	phasePassed
	phaseBroken
)

// Places of a goroutine in its program.
const (
	bwArrive uint8 = iota + dead + 1
	bwOpen         // a second store of a planted bug
	bwParty        // the same
	bwTell         // has opened the barrier
	bwJoin
	bwQueued
	bwEvent
	bwLook
	bwSleep
	bwAsleep
	bwMourn
	bwBreak
	bwTellBroken
	bwResult
	bwReset
	bwNote
	bwBury
	bwBuried
	bwUnbit
	bwReopen
	bwClear // a planted bug
	bwTellReset
	bwVisit
	bwBreakDead
	bwUnparty
	bwSettle
)

// Barriers is a configuration of the barrier model.
type Barriers struct {
	Gors                [3]uint8
	N                   uint8 // parties of each phase
	Phases              uint8
	Kills, Ends, Resets uint8
	Quantum             bool
	Same                bool // processes of the same roles are one and the same
	Can                 [3]uint16
	Bug                 BarBug
}

// Operations of a process of this model; canAttach and canTakeOut as in the lock
// model.
const (
	canWait  = canLock
	canReset = canHand
)

// Start has nobody waiting and all processes attached.
func (m Barriers) Start() barState {
	s := barState{Ends: m.Ends, Resets: m.Resets}
	s.Kills = m.Kills
	for x := range uint8(len(s.Gor)) {
		if x%2 >= m.Gors[x/2] {
			s.Gor[x].PC = dead
		} else {
			s.board(x / 2)
		}
	}
	return s
}

// Marks names the steps.
func (Barriers) Marks() []Mark { return barMarks[:] }

// String is one line for people.
func (s barState) String() string {
	t := fmt.Sprintf("phase %d arrived=%d last=%d parties=", s.Phase, s.Arrived, s.Last)
	if s.Broken {
		t = "broken " + t
	}
	for p, b := range s.Party {
		if b {
			t += fmt.Sprint(p + 1)
		}
	}
	for x, g := range s.Gor {
		if g.PC == idle || g.PC == dead {
			continue
		}
		t += fmt.Sprintf(" %d%c:%s@%d", x/2+1, 'a'+x%2, barPlaces[g.PC], g.Phase)
		for i, f := range []string{" in", " stale", " over"} {
			if g.Flags>>i&1 != 0 {
				t += f
			}
		}
	}
	return t + " | " + s.crew.String()
}

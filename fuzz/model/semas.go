package model

import "fmt"

// semaGor is a goroutine of the semaphore model.
type semaGor struct {
	PC    uint8
	Flags uint8
	Of    uint8 // process whose slot it recovers, +1
	At, N uint8 // of a recount: ledgers read, sleepers found in them
	Was   uint8 // ... and what the count was before
}

const (
	sCounted uint8 = 1 << iota // among the waiters
	sHas                       // it has its unit
	sOver                      // its context is over
	sStale                     // what it has loaded has changed since: the event, or the count
	sTold                      // it saw waiters before the commit: a planted bug
	sStarves                   // it is the one that starves: for a planted bug
)

// semaState is the whole machine. Goroutine x belongs to process x/2.
type semaState struct {
	Gor   [6]semaGor
	Front [3]uint8 // of the process's queue, goroutine+1
	crew
	Units, Waiters uint8
	Starving       bool
	Ends, Starves  uint8 // that may still happen
	Lost           uint8 // an onlooker: units that the dead had
	Bad            uint8
}

// Places of a goroutine in its program.
const (
	smTake   uint8 = iota + dead + 1 // between load and store: a planted bug
	smQueued                         // behind the front
	smCount                          // the front, not counted yet
	smEvent
	smLook
	smSleep
	smAsleep
	smOut
	smUnlist
	smLater // the ledger's entry is gone
	smWaiters
	smMove
	smWake
	smHold
	smGive // a planted bug
	smVisit
	smRecount
	smReturn // of a recovery: the recount is over
)

// Semas is a configuration of the model of semaphores without undo.
type Semas struct {
	Gors        [3]uint8
	Units       uint8
	Kills, Ends uint8
	Starves     uint8
	Quantum     bool
	Same        bool // processes of the same roles are one and the same
	Can         [3]uint16
	Bug         SemaBug
}

// Operations of a process of the semaphore model; canAttach and canTakeOut as in
// the lock model.
const (
	canP    = canLock
	canTryP = canTry
)

// Start has all units free and all processes attached.
func (m Semas) Start() semaState {
	s := semaState{Units: m.Units, Ends: m.Ends, Starves: m.Starves}
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
func (Semas) Marks() []Mark { return semaMarks[:] }

// waits says that a goroutine's ledger lists it.
func (g semaGor) waits() bool { return g.PC >= smQueued && g.PC <= smUnlist }

// listed is the number of goroutines that the ledger of process p says wait for
// the semaphore.
func (s *semaState) listed(p uint8) (n uint8) {
	for _, g := range s.Gor[2*p : 2*p+2] {
		if g.waits() {
			n++
		}
	}
	return n
}

// String is one line for people.
func (s semaState) String() string {
	t := fmt.Sprintf("units=%d waiters=%d", s.Units, s.Waiters)
	if s.Starving {
		t += " starving"
	}
	for x, g := range s.Gor {
		if g.PC != idle && g.PC != dead {
			t += fmt.Sprintf(" %d%c:%s", x/2+1, 'a'+x%2, semaPlaces[g.PC])
		}
		for i, f := range []string{" counted", " has", " over", " stale", " told", " starves"} {
			if g.Flags>>i&1 != 0 {
				t += f
			}
		}
	}
	return t + " | " + s.crew.String()
}

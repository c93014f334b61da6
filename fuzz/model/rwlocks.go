package model

import "fmt"

// rwGor is a goroutine of the model of reader-writer locks.
type rwGor struct {
	PC    uint8
	Flags uint8
	At    uint8 // slots looked at so far
	Of    uint8 // process whose slot it recovers, +1
}

const (
	rTold    uint8 = 1 << iota // it has learned that a writer died
	rStale                     // the event has moved on since it was loaded
	rCounted                   // among the waiters
	rOver                      // its context is over
	rQueue                     // it will queue for the word
	rReads                     // it is to read, not to write
)

// rwState is the whole machine. Goroutine x belongs to process x/2.
type rwState struct {
	Gor     [6]rwGor
	Mu      [3]uint8 // who of the process has its mutex, goroutine+1
	Readers [3]uint8 // of the process
	Bit     [3]bool
	crew
	Word    lword
	Waiters uint8
	Ends    uint8 // contexts that may still end
	Dirty   bool  // an onlooker: a writer died, and nobody has repaired
	Spoilt  bool  // ... a writer has unlocked without Recovered
	Bad     uint8
}

// Places of a goroutine in its program.
const (
	rwSet uint8 = iota + dead + 1
	rwLook
	rwUnset
	rwTell
	rwWake
	rwWord // waits for the word; how is the lock model's
	rwMark
	rwRestore
	rwReading
	rwScan
	rwCount
	rwEvent
	rwSleep
	rwAsleep
	rwBury
	rwClaim
	rwClear
	rwDone
	rwQuit
	rwWriting
	rwVisit
	rwLeft
	rwBit
	rwSettle
)

// RWLocks is a configuration of the model of reader-writer locks. The word is
// taken and stolen in one step.
type RWLocks struct {
	Gors        [3]uint8
	Kills, Ends uint8
	Quantum     bool
	Same        bool // processes of the same roles are one and the same
	Can         [3]uint16
	Bug         RWBug
}

// Operations of a process of this model; canAttach and canTakeOut as in the lock
// model.
const (
	canRead  = canTry
	canWrite = canLock
)

// Start has the lock free and all processes attached.
func (m RWLocks) Start() rwState {
	s := rwState{Ends: m.Ends}
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
func (RWLocks) Marks() []Mark { return rwMarks[:] }

// String is one line for people.
func (s rwState) String() string {
	t := fmt.Sprintf("word=%v waiters=%d bits=", s.Word, s.Waiters)
	for p, b := range s.Bit {
		if b {
			t += fmt.Sprint(p + 1)
		}
	}
	if s.Dirty {
		t += " dirty"
	}
	for x, g := range s.Gor {
		if g.PC == idle || g.PC == dead {
			continue
		}
		t += fmt.Sprintf(" %d%c:%s", x/2+1, 'a'+x%2, rwPlaces[g.PC])
		for i, f := range []string{" told", " stale", " counted", " over", "", " reads"} {
			if g.Flags>>i&1 != 0 {
				t += f
			}
		}
	}
	return t + " | " + s.crew.String()
}

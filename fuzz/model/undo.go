package model

import "fmt"

// undoWord is the word of a semaphore with undo: units, and the tag of the latest
// operation.
type undoWord struct {
	Units uint8
	Lane  uint8 // process+1, 0 none yet
	Seq   uint8
}

// undoLane is the lane of a slot.
type undoLane struct {
	Op    uint8 // laneIdle …
	Seq   uint8
	Count uint8 // units held before
	Seen  uint8
}

const (
	laneIdle uint8 = iota
	laneP
	laneV
	laneReturn
)

// undoProc is a process. What it does with its lane and its count is under a mutex
// of the process, so its goroutines are one here.
type undoProc struct {
	PC   uint8
	What uint8
	V    undoWord // seen
	Of   uint8    // process whose slot it recovers, +1
	Done bool     // of a recovery: the operation has happened
}

// undoState is the whole machine. Only the order of sequence numbers means
// something, so each lane's are kept as their ranks.
type undoState struct {
	Proc  [3]undoProc
	Lane  [3]undoLane
	Count [3]uint8 // units that the slot holds
	crew
	Word  undoWord
	Held  [3]uint8 // an onlooker: units that the slot's user holds
	Extra uint8    // ... units that nobody had taken before they were given
	Bad   uint8
}

// Places of a process in its program.
const (
	unArm uint8 = iota + dead + 1
	unLoad
	unSeen
	unCas
	unCount
	unDisarm
	unLate // Seen after the word, a planted bug
	unVisit
	unTag
	unWas
	unStore
	unDrop
	unReturn
	unPlain // a return without an intent, a planted bug
	unPlainCount
	unSettle
)

// Undos is a configuration of the model of semaphores with undo. A process does
// not wait: how that is done is the semaphore model's.
type Undos struct {
	Procs, Units, Kills, Extra uint8
	Same                       bool
	Can                        [3]uint16
	Bug                        UndoBug
}

// Operations of a process of the undo model; canAttach and canTakeOut as in the
// lock model, canP as in the semaphore model.
const canV = canHand

// Start has all units free and all processes attached.
func (m Undos) Start() undoState {
	s := undoState{}
	s.Word.Units = m.Units
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
func (Undos) Marks() []Mark { return undoMarks[:] }

// String is one line for people.
func (s undoState) String() string {
	t := fmt.Sprintf("units=%d tag=%d#%d", s.Word.Units, s.Word.Lane, s.Word.Seq)
	for p, g := range s.Proc {
		if g.PC == dead && s.Gen[p] == 0 && s.State[p] == slotFree {
			continue
		}
		l := s.Lane[p]
		t += fmt.Sprintf(" | %d:%s count=%d held=%d lane %s#%d seen#%d", p+1, undoPlaces[g.PC], s.Count[p], s.Held[p],
			[...]string{"idle", "P", "V", "return"}[l.Op], l.Seq, l.Seen)
		if g.V.Lane != 0 {
			t += fmt.Sprintf(" loaded %d %d#%d", g.V.Units, g.V.Lane, g.V.Seq)
		}
	}
	return t + " | " + s.crew.String()
}

package model

import "fmt"

// objRecord is a record of a run of objects.
type objRecord struct {
	State uint8 // recFree …
	Maker uint8 // process
	Gen   uint8
	Set   bool // its words are those of an object
}

const (
	recFree uint8 = iota
	recMaking
	recLive
)

// objProc is a process.
type objProc struct {
	PC  uint8
	At  uint8 // record
	Gen uint8 // of the object that its handle is of
	Of  uint8 // process whose slot it recovers, +1
}

// objState is the whole machine.
type objState struct {
	Rec  [2]objRecord
	Proc [3]objProc
	crew
	Makes uint8 // objects that may still be made
	Bad   uint8
}

// Places of a process in its program.
const (
	obSet uint8 = iota + dead + 1
	obCommit
	obClear
	obFree
	obVisit
	obLook
	obReset
	obResetFree
	obSettle
)

// Objects is a configuration of the model of how objects are made and freed.
type Objects struct {
	Procs, Makes, Kills uint8
	Bug                 ObjBug
}

// ObjBug is a bug planted in the model of objects.
type ObjBug uint8

// The planted bugs.
const (
	NoObjBug       ObjBug = iota
	LiveEarly             // an object is live before its words are set
	FreeEarly             // a record is free before its words are cleared
	ResetsAny             // recovery frees whatever is being made
	ResetsNothing         // recovery leaves what the dead were making
	AnyObject             // who frees does not compare the generation
	FreesUnclaimed        // who frees clears without changing the head first
	objBugs
)

var objBugNames = [objBugs]string{"no bug", "live early", "free early", "resets any", "resets nothing", "any object", "frees unclaimed"}

func (b ObjBug) String() string { return objBugNames[b] }

// Start has all records free and all processes attached.
func (m Objects) Start() objState {
	s := objState{Makes: m.Makes}
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
func (Objects) Marks() []Mark { return objMarks[:] }

// Wrong holds the protocol to its promises.
func (m Objects) Wrong(s objState) string {
	switch s.Bad {
	case 1:
		return "an object is freed by a handle of another"
	case 2:
		return "a record changes that somebody else makes or frees"
	}
	for i, r := range s.Rec {
		switch {
		case r.State == recLive && !r.Set:
			return "an object is live, and its words are not set"
		case r.State == recFree && r.Set:
			return "a record is free, and its words are not clear"
		case r.State == recMaking && !s.works(r.Maker, uint8(i)):
			return "a record is nobody's"
		}
	}
	return ""
}

// works says that process p is at work on record i, or has died and is not
// recovered.
func (s *objState) works(p, i uint8) bool {
	if g := s.Proc[p]; g.PC > dead && g.PC < obVisit {
		return g.At == i
	}
	for _, g := range s.Proc {
		if g.Of == p+1 && g.PC < obSettle {
			return true
		}
	}
	return s.Byte[p] == 0 && s.State[p] != slotFree
}

// Clean is nobody at work.
func (m Objects) Clean(s objState) bool {
	for _, g := range s.Proc {
		if g.PC != idle && g.PC != dead {
			return false
		}
	}
	return true
}

// String is one line for people.
func (s objState) String() string {
	t := ""
	for _, r := range s.Rec {
		t += fmt.Sprintf("%s#%d", [...]string{"free", "making", "live"}[r.State], r.Gen)
		if r.State == recMaking {
			t += fmt.Sprintf(" by %d", r.Maker+1)
		}
		if r.Set {
			t += " set"
		}
		t += " | "
	}
	for p, g := range s.Proc {
		t += fmt.Sprintf("%d:%s ", p+1, objPlaces[g.PC])
	}
	return t + s.crew.String()
}

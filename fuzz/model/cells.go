package model

import "fmt"

// cellWord is the word of a cell: a block, and the tag of the latest operation
// that published into it or took out of it.
type cellWord struct {
	Off  uint8 // block+1, 0 is nothing
	Lane uint8 // lane+1, 0 none yet
	Seq  uint8 // low bits of the lane's sequence
}

// cellLane is the intent of a goroutine.
type cellLane struct {
	Op      uint8 // opIdle …
	Seq     uint8
	Cell    uint8
	Y, X, D uint8 // new, old, to be dropped: block+1
	Passed  uint8
	Big     bool // D is large
}

const (
	opIdle uint8 = iota
	opMalloc
	opRealloc
	opFree
	opDrop
)

// armed says that an operation is open and may have been committed.
func (l *cellLane) armed() bool { return l.Op >= opMalloc && l.Op <= opFree }

// names says that the lane's operation is about block b.
func (l *cellLane) names(b uint8) bool {
	switch l.Op {
	case opMalloc:
		return l.Y == b+1
	case opRealloc:
		return l.Y == b+1 || l.X == b+1
	case opFree:
		return l.X == b+1
	case opDrop:
		return l.D == b+1
	}
	return false
}

// cellProc is a goroutine with its lane.
type cellProc struct {
	PC, What, Cell uint8
	Y, X, D        uint8    // block+1
	W              cellWord // loaded
	O              uint8    // sequence of the lane of W's tag, loaded
	T              bool     // Passed was the lane's sequence, a planted bug
	Of             uint8    // slot that is recovered, +1
	At             uint8    // lane of it, and pass
}

// cellBlock is what is known of a block beside its bits.
type cellBlock struct {
	User uint8 // slot+1 that it was issued to
	Own  uint8 // slot+1 that has its span while it is issued
	Coll uint8 // how far its span's owner is in taking it back
	Note uint8 // an onlooker: who knows of it
}

// Who knows of a block.
const (
	noteFree uint8 = iota
	noteLost       // only the dead did
	noteCell       // a cell holds it
	noteHand = noteCell + 2
	noteOp   = noteHand + 3 // an operation is to free it, or to publish it
)

// cellState is the whole machine. For small blocks A, R and K are their bits; for
// large ones A is a state word that says Large or Pending, R that it says
// Pending, K the word's flag Orphaned. Where blocks are large, plain allocations
// are small ones in a span that begins at the same place.
type cellState struct {
	Cell    [2]cellWord
	Lane    [3]cellLane
	Proc    [3]cellProc
	Block   [3]cellBlock
	A, R, K uint8
	Old     uint8 // live blocks whose user is dead and recovered
	Large   uint8 // blocks that are large
	crew
	Ops uint8
	Bad uint8
}

// Places of a goroutine in its program.
const (
	clIssue uint8 = iota + dead + 1
	clLoad
	clRearg
	clOver
	clOverCell
	clAgain
	clPassed
	clCas
	clDone
	clMark
	clDrop
	clGive
	clDropped
	clKeep
	clLate // only in planted bugs, this and the next two
	clArm
	clDropArg
	clVisit
	clTag
	clWas
	clFinishBlock
	clFinishOp
	clFinishGive
	clSpans
	clOrphans
	clSettle
)

// Cells is a configuration of the model of MallocTo, ReallocTo and FreeFrom. The
// owner of a block's span is anybody and nobody dies as such: a collect that was
// broken off and is begun again takes the same steps.
type Cells struct {
	Lanes, Cells, Blocks uint8
	Kills                uint8
	Slot                 [3]uint8 // of each goroutine
	Large                bool
	Wrap, Ops            uint8 // how many values a tag's sequence has, and operations that are begun; 0: no end
	Stalled              bool  // who has loaded a cell may be stopped until the tag's number comes again
	Same                 bool
	Can                  [3]uint16
	Bug                  CellBug
}

// Operations of a goroutine of the cells model.
const (
	cellAttach uint16 = 1 << iota
	cellRecover
	cellMallocTo
	cellReallocTo
	cellFreeFrom
	cellMalloc // plainly, into the hand
	cellFree   // ... and back
	cellStore  // from the hand to a cell, from a cell to the hand
	cellKeep
	cellReap // orphans are freed
)

// Start has all blocks free and all processes attached.
func (m Cells) Start() cellState {
	s := cellState{}
	s.Kills = m.Kills
	for i := range uint8(len(s.Proc)) {
		if i >= m.Lanes {
			s.Proc[i].PC = dead
		} else if s.Byte[m.Slot[i]] == 0 {
			s.board(m.Slot[i])
		}
	}
	return s
}

// Marks names the steps.
func (Cells) Marks() []Mark { return cellMarks[:] }

// String is one line for people.
func (s cellState) String() string {
	t := ""
	for _, c := range s.Cell {
		t += fmt.Sprintf("cell %d tag %d#%d | ", c.Off, c.Lane, c.Seq)
	}
	for b, k := range s.Block {
		bits := ""
		for i, set := range [...]uint8{s.A, s.R, s.K, s.Old} {
			if set>>b&1 != 0 {
				bits += "ARKD"[i : i+1]
			}
		}
		note := [...]string{"free", "lost", "cell 1", "cell 2", "hand 1", "hand 2", "hand 3", "op 1", "op 2", "op 3"}[k.Note]
		t += fmt.Sprintf("block %d %s user %d own %d coll %d: %s | ", b+1, bits, k.User, k.Own, k.Coll, note)
	}
	for i, g := range s.Proc {
		l := s.Lane[i]
		t += fmt.Sprintf("%d:%s", i+1, cellPlaces[g.PC])
		if g.Of != 0 {
			t += fmt.Sprintf("(of %d at %d)", g.Of, g.At)
		}
		t += fmt.Sprintf(" %s#%d c%d y%d x%d d%d passed#%d | ", [...]string{"idle", "malloc", "realloc", "free", "drop"}[l.Op], l.Seq, l.Cell+1, l.Y, l.X, l.D, l.Passed)
	}
	return t + s.crew.String()
}

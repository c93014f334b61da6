package model

import "fmt"

// owner is a user as the words name it: slot+1 and generation; the zero value is
// nobody.
type owner struct{ Slot, Gen uint8 }

// Things that a user can have.
const (
	thRegion uint8 = iota // a region's lock
	thObject              // a lock of the program
	thSpan
	things
)

// attSlot is a slot of the arena.
type attSlot struct {
	Byte  uint8 // the kernel's lock: 0, process+1 through its hold, process+1 | byProbe
	State uint8 // slotFree …
	Gen   uint8
	Lane  bool // armed
}

const byProbe uint8 = 1 << 4

// slotLeaving is the state of a user that closes.
const slotLeaving = slotDead + 1

// attProc is a process. It attaches, again and again; what it knows of itself dies
// with it.
type attProc struct {
	Slot, Gen uint8    // slot+1, of its user
	Claims    uint8    // slots that its probe has, as its goroutines know
	Has       [3]owner // an onlooker: what it holds of each thing
	Going     bool     // it has begun to close
}

// attTask is a goroutine of a process at work.
type attTask struct {
	PC, Slot, Gen uint8
	What          uint8 // thing that it wants to take from the dead
	Seen          owner
}

// attState is the whole machine.
type attState struct {
	Slot  [2]attSlot
	Proc  [3]attProc
	Task  [4]attTask // the main goroutine of each process, and one more of the first
	Thing [things]owner
	Loose bool // the span is disowned
	Kills uint8
	Ends  uint8 // closes that may still happen
	Bad   uint8
}

// Places of a goroutine.
const (
	aiWord uint8 = iota + dead + 1
	aiLive
	aiLiveFirst // a planted bug
	aiClaim
	aiAgain
	aiDead
	aiLanes
	aiRegions
	aiRegionFree
	aiSpans
	aiObjects
	aiEpoch
	aiFree
	aiRelease
	aiTake
	aiLeaving
	aiLeave
	aiLeft
	aiGone
)

// Attach is a configuration of the model of slots: how users get them, lose them
// and are recovered as a whole.
type Attach struct {
	Procs, Slots, Kills, Ends uint8
	Two                       bool // the first process has two goroutines that recover
	Same                      bool
	Bug                       AttachBug
}

// Start has all slots free and nobody attached.
func (m Attach) Start() attState {
	s := attState{Kills: m.Kills, Ends: m.Ends}
	for i := range s.Task {
		if i >= int(m.Procs) && !(i == 3 && m.Two) {
			s.Task[i].PC = dead
		}
	}
	return s
}

// Marks names the steps.
func (Attach) Marks() []Mark { return attachMarks[:] }

// String is one line for people.
func (s attState) String() string {
	t := ""
	for i, l := range s.Slot {
		t += fmt.Sprintf("slot %d %s#%d byte %x", i+1, [...]string{"free", "live", "dead", "leaving"}[l.State], l.Gen, l.Byte)
		if l.Lane {
			t += " armed"
		}
		t += " | "
	}
	t += fmt.Sprintf("things %v loose %v | ", s.Thing, s.Loose)
	for i, p := range s.Proc {
		t += fmt.Sprintf("%d: %d.%d has %v claims %b | ", i+1, p.Slot, p.Gen, p.Has, p.Claims)
	}
	for _, k := range s.Task {
		t += fmt.Sprintf("%s/%d.%d ", attachPlaces[k.PC], k.Slot, k.Gen)
	}
	return t
}

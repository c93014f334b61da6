package model

import "fmt"

// Kinds of a state word in the runs model.
const (
	kNone uint8 = iota
	kFree
	kPending
	kLarge
	kSpan
	kBack
	kCont
)

// rword is a state word: kind 3 bits, length or distance 3, pages here 3, slot
// 2 (the process's number), orphaned 1.
type rword uint16

const rOrph rword = 1 << 11

// rClean says that nothing stands within a pending run.
const rClean rword = 1 << 12

func runOf(kind, n uint8) rword         { return rword(kind) | rword(n)<<3 }
func contOf(d, here uint8) rword        { return runOf(kCont, d) | rword(here)<<6 }
func (w rword) kind() uint8             { return uint8(w & 7) }
func (w rword) n() uint8                { return uint8(w >> 3 & 7) }
func (w rword) here() uint8             { return uint8(w >> 6 & 7) }
func (w rword) slot() uint8             { return uint8(w >> 9 & 3) }
func (w rword) ofSlot(slot uint8) rword { return w | rword(slot)<<9 }
func (w rword) withLen(n uint8) rword   { return w&^(7<<3) | rword(n)<<3 }

// spanLen is the length of a span, and the most that a pending run has inside
// of other words than zeros.
const spanLen = 2

// runProc is a process in the middle of an operation. Fields that a step does
// not need are 0.
type runProc struct {
	PC   uint8
	Op   uint8 // what it scans for
	D    bool  // what it shrinks crosses regions: their hints come next
	R, L uint8 // first and last region that it has locked
	P    uint8 // page to look at; in a carve where the extent ends
	Run  uint8 // first page of the free extent, +1
	U    uint8 // pages that it believes to exist
	At   uint8 // where its block begins
	N    uint8 // pages of its block
	T    uint8 // across: first page of the tail. Else: first free page met, +1
	B    uint8 // extent kept in mind: first page+1, and behind it where it ends
	BE   uint8
	S    rword // state word seen, or to commit
	Of   uint8 // slot being recovered, +1
}

// runState is the whole machine.
type runState struct {
	W         [6]rword
	Block     [6]uint8 // an onlooker: length of the block that begins here, +8 a span, owner<<4
	Busy      uint8    // ... whose user is just freeing or resizing it
	Committed uint8
	Lock      [3]uint8 // 0 or the holder's slot+1
	Low       [3]uint8
	Proc      [3]runProc
	Byte      [3]uint8 // who holds the slot's kernel lock: 0 or process+1
	Live      [3]bool  // the slot's word
	Kills     uint8    // that may still happen
	Bad       uint8
}

// What a scan is for.
const (
	opAlloc uint8 = iota
	opTail
	opFollow
	opExtend
	opTidy // no scan, only what recovery does with a lock
)

// Places in a process's program; idle and dead are those of the spans.
const (
	runTidy   uint8 = iota + dead + 1
	runScan         // looks at the next head
	runMerge        // a second word of a merge
	runOpened       // hints of a region in which a crossing run became free
	runLow
	runSplit
	runSplitRun
	runRest
	runInside
	runCommit
	runFollow
	runCont
	runUnlock
	runExtLock
	runExtend
	runExtRest
	runExtCommit
	runExtZero
	runShrLock
	runShrRest
	runShrCommit
	runFree
	runFreeLow
	runAgainRest // only in the planted bug
	runAgain
	runVisit // recovery
	runMark
)

// What is wrong, by runState.Bad.
var runWrongs = [...]string{"",
	"a good free or resize is refused",
	"a holder of a lock finds nonsense where a head must be",
	"a scan begins inside a run",
	"recovery marks the block of another user",
	"recovery has missed a block",
	"pages that do not exist are written",
}

// Runs is a configuration of the runs model.
type Runs struct {
	Procs, Regions, Pages uint8 // pages of one region
	First, Most           uint8 // pages committed, and at most
	Live                  uint8 // blocks at one time
	Kills                 uint8
	Can                   [3]uint16
	Sizes                 uint8 // bit n: blocks of n pages are wanted
	Spans, Align          bool  // spans as well; offsets at multiples of two pages
	Hints                 bool  // Low takes part
	Slots                 bool  // words name their user, and recovery marks them
	Bug                   RunBug
}

// Operations of a process.
const (
	canAlloc uint16 = 1 << iota
	canRelease
	canExtend
	canShrink
	canCross
	canGrow
	canRescue
	canStash // remember what is freed, and make it a block again
	canRuns  = 1<<iota - 1
)

// Start is an arena that nobody used yet.
func (m Runs) Start() runState {
	s := runState{Kills: m.Kills, Committed: m.First}
	for i := range s.Proc {
		if i < int(m.Procs) {
			s.Byte[i], s.Live[i] = uint8(i+1), true
		} else {
			s.Proc[i].PC = dead
		}
	}
	return s
}

// Marks names the steps.
func (Runs) Marks() []Mark { return runMarks[:] }

// from and end are the bounds of region r.
func (m *Runs) from(r uint8) uint8 { return r * m.Pages }
func (m *Runs) end(r uint8) uint8  { return (r + 1) * m.Pages }
func (m *Runs) usable(s *runState, r uint8) uint8 {
	return max(m.from(r), min(m.end(r), s.Committed))
}

// String is one line for people.
func (s runState) String() string {
	t := ""
	for p, w := range s.W {
		if p == int(s.Committed) {
			t += "| "
		}
		t += fmt.Sprint([...]string{"-", "F", "P", "L", "S", "B", "C", "?"}[w.kind()])
		if w != 0 {
			t += fmt.Sprint(w.n())
		}
		if w.kind() == kCont {
			t += fmt.Sprintf("/%d", w.here())
		}
		if w&rClean != 0 {
			t += "c"
		}
		if w.slot() != 0 && w.kind() == kLarge || w&rOrph != 0 {
			t += fmt.Sprintf(".%d", w.slot())
		}
		if w&rOrph != 0 {
			t += "o"
		}
		t += " "
	}
	return fmt.Sprintf("%s lock=%v low=%v block=%x", t, s.Lock, s.Low, s.Block)
}

package model

// Kinds of a page in the spans model.
const (
	pageFree uint16 = iota
	pagePending
	pageSpan
)

// word is a state word: kind 2 bits, owned, orphaned, slot 2, generation 2, sequence 4,
// tagged.
type word uint16

const (
	wOwned  word = 1 << 2
	wOrph   word = 1 << 3
	wTagged word = 1 << 12
)

func ownedWord(slot, gen, seq uint8) word {
	return word(pageSpan) | wOwned | word(slot)<<4 | word(gen&3)<<6 | word(seq&15)<<8
}
func (w word) kind() uint16   { return uint16(w & 3) }
func (w word) span() bool     { return w.kind() == pageSpan }
func (w word) slot() uint8    { return uint8(w >> 4 & 3) }
func (w word) gen() uint8     { return uint8(w >> 6 & 3) }
func (w word) seq() uint8     { return uint8(w >> 8 & 15) }
func (w word) free() bool     { return w.span() && w&wOwned == 0 } // disowned
func (w word) user() spanUser { return userOf(w.slot(), w.gen()) }

// spanUser is a slot in one generation, and as an entry of a span's record what is
// known of it; 0 is nobody.
type spanUser uint8

const (
	uUsed      spanUser = 1 << 4
	uDead      spanUser = 1 << 5
	uReclaimed spanUser = 1 << 6
	uFlags              = uDead | uReclaimed
)

func userOf(slot, gen uint8) spanUser { return uUsed | spanUser(slot) | spanUser(gen&3)<<2 }
func (u spanUser) slot() uint8        { return uint8(u & 3) }
func (u spanUser) gen() uint8         { return uint8(u >> 2 & 3) }

// spanPage is one page: the shared words, then what an onlooker knows.
type spanPage struct {
	W       word
	Lock    uint8 // of its region: 0 or the holder's slot+1
	A, R, K uint8
	Held    uint8       // somebody has the block, alive or not
	Busy    uint8       // ... and is just freeing it
	Doom    uint8       // freed by mistake before it was given out
	Index   [3]uint8    // of a block: its user's entry, 0 is the word's user
	Who     [2]spanUser // of index 1 and 2
	By      [3]spanUser // who got the block that nobody freed, closed or kept since
}

// spanProc is a process, or one processor of it. Fields that a step does not
// need are 0.
type spanProc struct {
	PC, Page, Bit, T, X uint8
	After               uint8    // PC after collect
	Then                uint8    // what follows an adoption
	Rec                 bool     // it recovers this span
	I, F, N             uint8    // entry looked at, one that is free, one that is nobody's
	E                   spanUser // entry seen
	V                   word     // state word seen
	Of                  uint8    // slot being recovered, +1
	Foul                bool     // this free is a mistake of the program
}

// spanState is the whole machine.
type spanState struct {
	Page   [2]spanPage
	Proc   [3]spanProc
	Byte   [3]uint8 // who holds the slot's kernel lock: 0 or process+1
	Live   [3]bool  // the slot's word
	Gen    [3]uint8
	Count  [3]uint8 // sequence of the process's next new span
	Kills  uint8    // that may still happen
	Closes uint8
	Fouls  uint8
	Adopts uint8
	Bad    uint8
}

// Places in a process's program.
const (
	idle uint8 = iota
	dead
	atMalloc
	atOwnFree
	atFreeR
	atFreeOr
	atFreeAfter // only in the planted bug
	atFreeState
	atLook
	atTake
	atReclaim
	atCollectR
	atCollectA
	atCollectIndex
	atCollectK
	atCollectDone
	atEmpty
	atRelease
	atTag
	atTagSet
	atDisown
	atTagLate // only in the planted bug
	atAdoptLook
	atAdopt
	atJudge
	atUnmark
	atUntag
	atNobody
	atMerge
	atSeat
	atGiveUp
	atKeep
	atJoin
	atZero
	atNew
	atUnlock
	atVisit
	atEntrySet
	atFreeAll
	atFreeAllOr
	atSlotFree
	atSlotDone
)

// Spans is a configuration of the spans model.
type Spans struct {
	Procs, Pages, Blocks int
	Kills, Fouls, Adopts uint8
	Closes               uint8
	Reclaim              bool      // recovery frees the blocks of the dead
	Seq                  bool      // words carry a sequence number, Adopts bounds it
	Full                 bool      // the file may have no room for a record
	Keeps                bool      // a span may stay tagged though all its blocks are its owner's
	Stale                bool      // records of former spans are left as they are
	Same                 bool      // the first two processes have the same roles
	Safe                 [3]bool   // who is never killed
	Can                  [3]uint16 // operations of each process
	Bug                  SpanBug
}

// Operations of a process.
const (
	canMalloc uint16 = 1 << iota
	canFree
	canCollect
	canDisown
	canAdopt
	canNew
	canRecover
	canFoul
	canSweep
	canClose
	canKeep
	canAll = 1<<iota - 1
)

// Start has all pages free and all processes attached.
func (m Spans) Start() spanState {
	s := spanState{Kills: m.Kills, Fouls: m.Fouls, Adopts: m.Adopts, Closes: m.Closes}
	for i := range s.Proc {
		if i < m.Procs {
			s.Byte[i], s.Live[i] = uint8(i+1), true
		} else {
			s.Proc[i].PC = dead
		}
	}
	return s
}

// Marks names the steps.
func (Spans) Marks() []Mark { return spanMarks[:] }

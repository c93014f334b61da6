package model

// Marks of the spans model, by name in spanMarks.
const (
	mKill = iota
	mAttach
	mChoose
	mMalloc
	mOwnLook
	mOwnFree
	mFreeA
	mFreeR
	mFreeOr
	mFreeState
	mLook
	mTake
	mCollectR
	mCollectA
	mCollectO
	mCollectDone
	mEmpty
	mRelease
	mDisown
	mAdopt
	mUnmix
	mSweep
	mLock
	mJoin
	mZero
	mNew
	mUnlock
	mClaim
	mNext
	mVisit
	mTakeBack
	mOrphans
	mOrphansSet
	mReclaim
	mGiveUp
	mGivePages
	mSlotFree
	mSlotDone
	mClose
)

// Kinds of a page in the spans model.
const (
	pageFree uint16 = iota
	pagePending
	pageSpan
)

// word is a state word: kind 2 bits, owned, orphaned, slot 2, generation 2, sequence 4,
// mixed.
type word uint16

const (
	wOwned word = 1 << 2
	wOrph  word = 1 << 3
	wMixed word = 1 << 12
)

func ownedWord(slot, gen, seq uint8) word {
	return word(pageSpan) | wOwned | word(slot)<<4 | word(gen&3)<<6 | word(seq&15)<<8
}
func (w word) kind() uint16 { return uint16(w & 3) }
func (w word) span() bool   { return w.kind() == pageSpan }
func (w word) slot() uint8  { return uint8(w >> 4 & 3) }
func (w word) gen() uint8   { return uint8(w >> 6 & 3) }
func (w word) seq() uint8   { return uint8(w >> 8 & 15) }
func (w word) free() bool   { return w.span() && w&wOwned == 0 } // disowned

// spanPage is one page: the shared words, then what an onlooker knows.
type spanPage struct {
	W       word
	Lock    uint8 // of its region: 0 or the holder's slot+1
	A, R, O uint8
	Held    uint8    // somebody has the block, alive or not
	Busy    uint8    // ... and is just freeing it
	Left    uint8    // ... and got it before its span's owner died
	Doom    uint8    // freed by mistake before it was given out
	By      [4]uint8 // blocks that the present user of each slot got and nobody freed; the last is unused
}

// spanProc is a process, or one processor of it. Fields that a step does not
// need are 0. The order leaves no gaps, as in all of a state: it hashes faster.
type spanProc struct {
	PC, Page, Bit, T, X uint8
	After               uint8 // PC after collect
	V                   word  // state word seen
	Of                  uint8 // slot being recovered, +1
	Foul                bool  // this free is a mistake of the program
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
	atCollectR
	atCollectA
	atCollectO
	atCollectDone
	atEmpty
	atRelease
	atDisown
	atSee // only in the planted bug
	atAdopt
	atUnmix
	atUnmixEmpty
	atJoin
	atZeroA
	atZeroR
	atZeroO
	atNew
	atUnlock
	atVisit
	atTakeBack
	atOrphans
	atOrphansSet
	atGive
	atGiveUp
	atGivePages
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

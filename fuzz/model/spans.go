package model

import "fmt"

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
	mLock
	mJoin
	mZero
	mNew
	mUnlock
	mClaim
	mNext
	mOrphans
	mOrphansSet
	mGiveUp
	mGivePages
	mSlotFree
	mSlotDone
)

// Kinds of a page in the spans model.
const (
	pageFree uint16 = iota
	pagePending
	pageSpan
)

// word is a state word: kind 2 bits, owned, orphaned, slot 2, generation 2, sequence 4.
type word uint16

const (
	wOwned word = 1 << 2
	wOrph  word = 1 << 3
)

func ownedWord(slot, gen, seq uint8) word {
	return word(pageSpan) | wOwned | word(slot)<<4 | word(gen&3)<<6 | word(seq&15)<<8
}
func (w word) kind() uint16 { return uint16(w & 3) }
func (w word) span() bool   { return w.kind() == pageSpan }
func (w word) slot() uint8  { return uint8(w >> 4 & 3) }
func (w word) seq() uint8   { return uint8(w >> 8 & 15) }
func (w word) free() bool   { return w.span() && w&wOwned == 0 } // disowned

// spanPage is one page: the shared words, then what an onlooker knows.
type spanPage struct {
	W       word
	Lock    uint8 // of its region: 0 or the holder's slot+1
	A, R, O uint8
	Held    uint8 // somebody has the block, alive or not
	Busy    uint8 // ... and is just freeing it
	Left    uint8 // ... and got it before its span's owner died
	Doom    uint8 // freed by mistake before it was given out
}

// spanProc is a process, or one processor of it. Fields that a step does not
// need are 0.
type spanProc struct {
	PC, Page, Bit, T, X uint8
	V                   word  // state word seen
	After               uint8 // PC after collect
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
	atAdopt
	atJoin
	atZeroA
	atZeroR
	atZeroO
	atNew
	atUnlock
	atVisit
	atOrphans
	atOrphansSet
	atGive
	atGiveUp
	atGivePages
	atSlotFree
	atSlotDone
)

// What is wrong, by spanState.Bad.
var spanWrongs = [...]string{"",
	"a block is given out twice",
	"a good free is refused",
	"a free of a block that nobody holds is accepted",
	"a new block is born an orphan",
}

// Spans is a configuration of the spans model.
type Spans struct {
	Procs, Pages, Blocks int
	Kills, Fouls, Adopts uint8
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
	canAll = 1<<iota - 1
)

// Start has all pages free and all processes attached.
func (m Spans) Start() spanState {
	s := spanState{Kills: m.Kills, Fouls: m.Fouls, Adopts: m.Adopts}
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

// Wrong holds the protocol to its promises.
func (m Spans) Wrong(s spanState) string {
	if s.Bad != 0 {
		return spanWrongs[s.Bad]
	}
	rest := s.Kills == m.Kills
	for _, p := range s.Proc[:m.Procs] {
		rest = rest && p.PC == idle
	}
	for _, g := range s.Page[:m.Pages] {
		live := uint8(0)
		if g.W.span() {
			live = g.A &^ g.R
		}
		if live != g.Held {
			return "the bits say that other blocks are live than are held"
		}
		if p := s.Proc[g.W.slot()]; !g.W.span() || g.W&wOwned != 0 && (p.PC == dead || p.Of == g.W.slot()+1) {
			continue
		}
		if g.O&live != g.Left {
			return "the O bits name other blocks than the dead have left"
		}
		if g.O&live != 0 && g.W&wOrph == 0 {
			return "a span with orphans does not say so"
		}
		if rest && g.W.free() && live == 0 {
			return "everybody rests, nobody died, and an empty span has no owner"
		}
	}
	return ""
}

// Clean is all pages free and nobody at work.
func (m Spans) Clean(s spanState) bool {
	for _, p := range s.Proc[:m.Procs] {
		if p.PC != idle {
			return false
		}
	}
	for _, g := range s.Page[:m.Pages] {
		if g.W != 0 || g.Lock != 0 {
			return false
		}
	}
	return true
}

// String is one line for people.
func (s spanState) String() string {
	t := ""
	for _, g := range s.Page {
		kind := [...]string{"free", "pending", "span"}[g.W.kind()]
		if g.W&wOwned != 0 {
			kind = fmt.Sprintf("span of %d.%d#%d", g.W.slot(), g.W>>6&3, g.W.seq())
		} else if g.W.span() {
			kind = fmt.Sprintf("disowned by %d.%d#%d", g.W.slot(), g.W>>6&3, g.W.seq())
		}
		t += fmt.Sprintf("[%s A=%b R=%b O=%b held=%b] ", kind, g.A, g.R, g.O, g.Held)
	}
	return t
}

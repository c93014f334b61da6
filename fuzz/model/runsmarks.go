package model

// RunBug is a bug planted in the runs model.
type RunBug uint8

// The planted bugs.
const (
	NoRunBug          RunBug = iota
	RestAfterCommit          // carve writes what remains after the head's word
	NoTidy                   // a lock is taken from the dead without repair
	ZeroBeforeMerge          // merge zeroes the absorbed head first
	CommitBeforeCont         // a crossing block's head comes before its Cont
	ShrinkWithoutLock        // shrink writes the remainder without the lock
	ZeroBeforeExtend         // extend zeroes the free head before its commit
	RestVirgin               // carve leaves what remains to be taken for virgin
	RestBeyond               // carve writes what remains also where no pages exist
	HintWithoutHead          // a scan begins at the hint, whatever stands there
	LowStored                // a scan stores where it met free pages first, and does not look what others did meanwhile
	LowerFirst               // free lowers the hint before pages are free
	UsableBeforeLock         // extend looks how many pages exist before it has the lock
	RecoverByLength          // recovery takes any block of the same length for the dead user's
	RecoverOnce              // recovery does not look again when a block was resized meanwhile
	JoinKeepsBack            // join leaves the words inside of a former span
	AgainUnclean             // any pending run is made a block again
	AgainShorter             // a part of a run is made a block again, without the lock
	runBugs
)

var runBugNames = [...]string{"none", "rest after commit", "no tidy", "zero before merge", "commit before cont", "shrink without lock",
	"zero before extend", "rest virgin", "rest beyond", "hint without head", "low stored", "lower first", "usable before lock",
	"recover by length", "recover once", "join keeps back", "again unclean", "again shorter"}

// String names a bug.
func (b RunBug) String() string { return runBugNames[b] }

// subtle says that the way to the bug is worth reading.
func (b RunBug) subtle() bool {
	return b == UsableBeforeLock || b == RecoverByLength || b == RecoverOnce
}

// Marks of the runs model, by name in runMarks.
const (
	rKill = iota
	rAttach
	rTry
	rTryDead
	rTidyHints
	rTidyStore
	rTidyDone
	rUnlock
	rSwap
	rStart
	rLoad
	rJoinZero
	rJoin
	rOpenLow
	rMerge
	rMergeZero
	rLow
	rSplit
	rSplitRun
	rRest
	rBack
	rCommit
	rFollow
	rCrossRest
	rCont
	rCrossSplit
	rCrossSplitRun
	rCrossCommit
	rFind
	rFree
	rRelease
	rFreeLow
	rAgain
	rExtLock
	rExtLoad
	rExtRest
	rExtCommit
	rExtZero
	rShrLock
	rShrRest
	rShrCommit
	rGrow
	rClaim
	rTakeLock
	rVisit
	rMark
	rSlotFree
)

var runMarks = [...]Mark{
	rKill:          {"", "the process is killed"},
	rAttach:        {"", "the slot is attached again"},
	rTry:           {"R1", "run.go lock: take a free lock"},
	rTryDead:       {"R2", "run.go lock: take a dead user's lock"},
	rTidyHints:     {"R3", "run.go tidy: Low = 0"},
	rTidyStore:     {"R4", "run.go tidy: store inside a run"},
	rTidyDone:      {"", "tidy has come to the region's end"},
	rUnlock:        {"R5", "run.go unlock"},
	rSwap:          {"R6", "run.go fromRegion: raise Low"},
	rStart:         {"R7", "scan.go scanStart: load the hinted page"},
	rLoad:          {"R8", "scan.go scan: load the next head"},
	rJoinZero:      {"R9", "scan.go join: zero inside"},
	rJoin:          {"R10", "scan.go join: CAS Pending to Free, commit"},
	rOpenLow:       {"R11", "scan.go opened: Low = 0"},
	rMerge:         {"R13", "scan.go merge: store the longer run, commit"},
	rMergeZero:     {"R14", "scan.go merge: zero the absorbed head"},
	rLow:           {"R15", "run.go fromRegion: lower Low"},
	rSplit:         {"R17", "run.go carve: store Free at the place"},
	rSplitRun:      {"R18", "run.go carve: store the run before the place"},
	rRest:          {"R19", "run.go carve: store what remains"},
	rBack:          {"R20", "run.go inside: store Back"},
	rCommit:        {"R21", "run.go carve: store the head, commit"},
	rFollow:        {"R22", "cross.go follow: lock the next region"},
	rCrossRest:     {"R23", "cross.go commitAcross: store what remains"},
	rCont:          {"R24", "cross.go commitAcross: store Cont"},
	rCrossSplit:    {"R25", "cross.go commitAcross: store Free at the place"},
	rCrossSplitRun: {"R26", "cross.go commitAcross: store the run before the place"},
	rCrossCommit:   {"R27", "cross.go commitAcross: store the head, commit"},
	rFind:          {"", "free.go find: load the head of a block"},
	rFree:          {"R28", "large.go freeLarge, stash.go stashAway: CAS Large to Pending, commit"},
	rRelease:       {"R29", "span.go release: CAS Span to Pending, commit"},
	rFreeLow:       {"R30", "run.go freed: lower Low"},
	rAgain:         {"R44", "stash.go again: CAS Pending to Large, commit"},
	rExtLock:       {"R32", "large.go extend: lock, then how many pages exist"},
	rExtLoad:       {"R33", "large.go extend: load the next head"},
	rExtRest:       {"R34", "large.go extend: store what remains"},
	rExtCommit:     {"R35", "large.go extend: CAS to the new length, commit"},
	rExtZero:       {"R36", "large.go extend: zero the absorbed head"},
	rShrLock:       {"R37", "large.go shrink: lock"},
	rShrRest:       {"R38", "large.go shrink: store what is given back"},
	rShrCommit:     {"R39", "large.go shrink: CAS to the new length, commit"},
	rGrow:          {"R40", "grow.go grow: CAS Committed, commit"},
	rClaim:         {"", "recover: take the dead user's byte (before alloc is called)"},
	rTakeLock:      {"R41", "run.go takeLocks: CAS the dead user's lock"},
	rVisit:         {"R42", "recover.go RecoverUser: load a page's word"},
	rMark:          {"R43", "recover.go RecoverUser: CAS Large to Orphaned"},
	rSlotFree:      {"", "recover: slot word Free, byte given back (after alloc is done)"},
}

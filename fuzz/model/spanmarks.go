package model

// SpanBug is a bug planted in the spans model.
type SpanBug uint8

// The planted bugs.
const (
	NoSpanBug              SpanBug = iota
	OrFirst                        // a free ORs R and looks at A afterwards
	CollectRFirst                  // collect clears R before A
	MallocIgnoresR                 // malloc looks at A only
	ReleaseBySequence              // a disowned span is released by whoever saw it empty, guarded by a sequence number
	ReleaseWithoutSequence         // the same without the number
	RecoverWithoutClaim            // two recoverers of one slot
	NoSecondLook                   // disown does not look at R again
	ZeroAfterCommit                // a new span's bits are cleared after its word is stored
	OrphanFreedByStore             // the owner of a span with orphans frees by a store to A
	MixedNotSet                    // whoever adopts a span does not tell that others have blocks in it
	MixedLost                      // a mixed span that its user adopts once more is mixed no longer
	MixedBySlot                    // the next user of a slot takes the spans of the one before for its own
	MixedByLook                    // what was seen live before the adoption decides
	Unmixed                        // an adopted span is mixed no longer, though blocks are live in it
	MixedMarked                    // recovery marks or frees the blocks of mixed spans
	AnyGeneration                  // recovery takes the spans of an earlier user of the slot for the dead one's
	DisownedNotTakenBack           // recovery leaves spans alone that the dead user had disowned
	OrphanedKept                   // a span without orphans is disowned as one with
	ReclaimByStore                 // recovery frees blocks by a store to R
	HandedOn                       // the program frees blocks of the dead where recovery does so
	spanBugs
)

var spanBugNames = [...]string{"none", "or first", "collect R first", "malloc ignores R", "release by sequence",
	"release without sequence", "recover without claim", "no second look", "zero after commit", "orphan freed by store",
	"mixed not set", "mixed lost", "mixed by slot", "mixed by look", "unmixed", "mixed marked", "any generation",
	"disowned not taken back", "orphaned kept", "reclaim by store", "handed on"}

// String names a bug.
func (b SpanBug) String() string { return spanBugNames[b] }

var spanMarks = [...]Mark{
	mKill:        {"", "the process is killed"},
	mAttach:      {"", "the slot is attached again"},
	mChoose:      {"S1", "proc.go activate, slow.go once: ^(A|R)"},
	mMalloc:      {"S2", "fast_unsafe.go Malloc, slow.go take, once: A |= bit, commit"},
	mOwnLook:     {"S3", "fast_unsafe.go freeOwn: bit in A and not in R"},
	mOwnFree:     {"S4", "fast_unsafe.go freeOwn: A &^= bit, commit"},
	mFreeA:       {"S5", "free.go find: load A"},
	mFreeR:       {"S6", "free.go find: load R"},
	mFreeOr:      {"S7", "free.go giveBack: R |= bit, commit"},
	mFreeState:   {"S8", "free.go giveBack: load the state after the OR"},
	mLook:        {"S9", "span.go settle: is the span empty"},
	mTake:        {"S10", "span.go settle: CAS disowned to Owned"},
	mCollectR:    {"S11", "span.go collect: t = R"},
	mCollectA:    {"S12", "span.go collect: A &^= t"},
	mCollectO:    {"S13", "span.go collect: O &^= t"},
	mCollectDone: {"S14", "span.go collect: R &^= t"},
	mEmpty:       {"S15", "span.go disown, recover.go recoverSpan: empty"},
	mRelease:     {"S16", "span.go release: CAS Owned to Pending"},
	mDisown:      {"S17", "span.go disown: CAS Owned to disowned"},
	mAdopt:       {"S18", "span.go adopt: CAS disowned to Owned"},
	mUnmix:       {"S25", "span.go adopt: an empty span is not mixed"},
	mSweep:       {"S26", "trim.go sweep: load the state"},
	mLock:        {"", "the region's lock is taken"},
	mJoin:        {"", "pending pages become free"},
	mZero:        {"S19", "bits.go clearBits: A = R = O = 0"},
	mNew:         {"S20", "run.go carve: store Span, commit"},
	mUnlock:      {"", "the region's lock is released"},
	mClaim:       {"", "recover: take the dead user's byte (before alloc is called)"},
	mNext:        {"", "the next operation or page"},
	mVisit:       {"S27", "recover.go RecoverUser: load the state"},
	mTakeBack:    {"S28", "recover.go recoverSpan: CAS disowned to Owned (adopt)"},
	mOrphans:     {"S21", "recover.go markBlocks: load A &^ R"},
	mOrphansSet:  {"S22", "recover.go markBlocks: store O"},
	mReclaim:     {"S29", "recover.go markBlocks: R |= live"},
	mGiveUp:      {"S23", "recover.go recoverSpan: CAS to disowned"},
	mGivePages:   {"S24", "recover.go recoverSpan: CAS to Pending"},
	mSlotFree:    {"", "recover: slot word Free (after alloc is done)"},
	mSlotDone:    {"", "the byte is given back"},
	mClose:       {"", "the process closes: its slot is free, its blocks stay"},
}

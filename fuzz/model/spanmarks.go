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
	spanBugs
)

var spanMarks = [...]Mark{
	mKill:        {"", "the process is killed"},
	mAttach:      {"", "the slot is attached again"},
	mChoose:      {"S1", "malloc: bits free in A and R"},
	mMalloc:      {"S2", "malloc: A |= bit, commit"},
	mOwnLook:     {"S3", "own free: bit in A and not in R"},
	mOwnFree:     {"S4", "own free: A &^= bit, commit"},
	mFreeA:       {"S5", "other's free: load A"},
	mFreeR:       {"S6", "other's free: load R"},
	mFreeOr:      {"S7", "other's free: R |= bit, commit"},
	mFreeState:   {"S8", "settle: load the state after the OR"},
	mLook:        {"S9", "settle: is the span empty"},
	mTake:        {"S10", "settle: CAS disowned to Owned"},
	mCollectR:    {"S11", "collect: t = R"},
	mCollectA:    {"S12", "collect: A &^= t"},
	mCollectO:    {"S13", "collect: O &^= t"},
	mCollectDone: {"S14", "collect: R &^= t"},
	mEmpty:       {"S15", "disown, recover: is the span empty"},
	mRelease:     {"S16", "release: CAS Owned to Pending"},
	mDisown:      {"S17", "disown: CAS Owned to disowned"},
	mAdopt:       {"S18", "adopt: CAS disowned to Owned"},
	mLock:        {"", "the region's lock is taken"},
	mJoin:        {"", "pending pages become free"},
	mZero:        {"S19", "new span: A = R = O = 0"},
	mNew:         {"S20", "new span: store Span, commit"},
	mUnlock:      {"", "the region's lock is released"},
	mClaim:       {"S21", "recover: take the dead user's byte"},
	mNext:        {"", "the next operation or page"},
	mOrphans:     {"S22", "recover: load A &^ R"},
	mOrphansSet:  {"S23", "recover: store O"},
	mGiveUp:      {"S24", "recover: CAS to disowned and orphaned"},
	mGivePages:   {"S25", "recover: CAS to Pending"},
	mSlotFree:    {"S26", "recover: slot word Free"},
	mSlotDone:    {"", "the byte is given back"},
}

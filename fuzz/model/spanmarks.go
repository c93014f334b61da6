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
	mReclaim
	mCollectR
	mCollectA
	mCollectIndex
	mCollectK
	mCollectDone
	mEmpty
	mRelease
	mTag
	mTagSet
	mDisown
	mAdoptLook
	mAdopt
	mUnmark
	mUntag
	mNobody
	mMerge
	mSeat
	mNoSeat
	mKeep
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
	mEntry
	mFreeAllLook
	mFreeAll
	mGiveUp
	mGivePages
	mSlotFree
	mSlotDone
	mClose
)

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
	TaggedFreedByStore             // the owner of a tagged span frees by a store to A
	IndexKept                      // collect leaves the indices of blocks
	MarkKept                       // ... and their marks
	MarkAfterR                     // ... or takes the marks after it has cleared R
	TaggedLate                     // a span is tagged after it was disowned
	TaggedOnce                     // the blocks of who adopted a tagged span are not tagged
	TaggedLost                     // a tagged span that is adopted is tagged no longer
	TaggedNoMore                   // ... as soon as somebody owns it
	SoleByFirst                    // ... if the first entry's blocks are the adopter's
	NoSeat                         // who adopts a tagged span takes no entry
	AnySeat                        // ... takes one that others have blocks of
	AllAreNobodys                  // ... takes those of living users for nobody's
	DeadAreNobodys                 // ... and those of the dead
	EntryByStore                   // recovery marks an entry by a store
	ReclaimByAnyone                // recovery frees the blocks of the dead in spans of others
	AnyGeneration                  // recovery takes the spans of an earlier user of the slot for the dead one's
	DisownedNotTakenBack           // recovery leaves spans alone that the dead user had disowned untagged
	AnyonesUntagged                // a span that is not tagged is adopted by anybody
	StrangersUntagged              // ... by anybody who sees it empty
	ReclaimByStore                 // recovery frees blocks by a store to R
	HandedOn                       // the program frees blocks of the dead where recovery does so
	spanBugs
)

var spanBugNames = [...]string{"none", "or first", "collect R first", "malloc ignores R", "release by sequence",
	"release without sequence", "recover without claim", "no second look", "zero after commit", "tagged freed by store",
	"index kept", "mark kept", "mark after R", "tagged late", "tagged once", "tagged lost", "tagged no more", "sole by first", "no seat", "any seat",
	"all are nobody's", "dead are nobody's", "entry by store", "reclaim by anyone", "any generation",
	"disowned not taken back", "anyone's untagged", "strangers' untagged", "reclaim by store", "handed on"}

// String names a bug.
func (b SpanBug) String() string { return spanBugNames[b] }

var spanMarks = [...]Mark{
	mKill:         {"", "the process is killed"},
	mAttach:       {"", "the slot is attached again"},
	mChoose:       {"S1", "spans_unsafe.go activate, slow.go once: ^(A|R)"},
	mMalloc:       {"S2", "fast_unsafe.go Malloc, slow.go take, once: A |= bit, commit"},
	mOwnLook:      {"S3", "fast_unsafe.go Free: bit in A and not in R"},
	mOwnFree:      {"S4", "fast_unsafe.go Free: A &^= bit, commit"},
	mFreeA:        {"S5", "block.go live: load A"},
	mFreeR:        {"S6", "block.go live: load R"},
	mFreeOr:       {"S7", "free.go giveBack: R |= bit, commit"},
	mFreeState:    {"S8", "free.go giveBack: load the state after the OR"},
	mLook:         {"S9", "span.go settle: is the span empty"},
	mTake:         {"S10", "span.go settle: CAS disowned to Owned"},
	mReclaim:      {"S29", "tenants.go reclaim: R |= live blocks of the dead"},
	mCollectR:     {"S11", "span.go collect: t = R"},
	mCollectA:     {"S12", "span.go collect: A &^= t"},
	mCollectIndex: {"S36", "span.go collect: indices of t := 0"},
	mCollectK:     {"S13", "span.go collect: K &^= t"},
	mCollectDone:  {"S14", "span.go collect: R &^= t"},
	mEmpty:        {"S15", "span.go disown, recover.go recoverSpan: empty"},
	mRelease:      {"S16", "span.go release: CAS Owned to Pending"},
	mTag:          {"S30 S31", "tenants.go tag: indices := 0, the first entry := this user; load A &^ R"},
	mTagSet:       {"S32", "tenants.go tag: their index := this user's"},
	mDisown:       {"S17", "span.go disown: CAS Owned to disowned, tagged"},
	mAdoptLook:    {"", "span.go adopt: untagged, somebody else's and not empty"},
	mAdopt:        {"S18", "span.go adopt: CAS disowned to Owned"},
	mUnmark:       {"S25", "span.go adopt: an empty span is not tagged"},
	mUntag:        {"S37", "span.go adopt: one with blocks of its owner alone is not tagged"},
	mNobody:       {"S33", "tenants.go takeSeat: CAS an entry to nobody"},
	mMerge:        {"S34", "tenants.go mergeInto: indices := that of another nobody"},
	mSeat:         {"S35", "tenants.go takeSeat: entry := this user"},
	mNoSeat:       {"S38", "span.go adopt: CAS Owned to disowned, without an entry"},
	mKeep:         {"F5", "orphans.go Keep: K |= bit"},
	mSweep:        {"S26", "trim.go sweep: load the state"},
	mLock:         {"", "the region's lock is taken"},
	mJoin:         {"", "pending pages become free"},
	mZero:         {"S19", "bits.go clearBits: A = R = K = 0"},
	mNew:          {"S20", "run.go carve: store Span, commit"},
	mUnlock:       {"", "the region's lock is released"},
	mClaim:        {"", "recover: take the dead user's byte (before alloc is called)"},
	mNext:         {"", "the next operation or page"},
	mVisit:        {"S27", "recover.go RecoverUser: load the state"},
	mTakeBack:     {"S28", "recover.go recoverSpan: CAS disowned to Owned (adopt)"},
	mEntry:        {"S21", "recover.go markEntry: CAS the entry to one of the dead"},
	mFreeAllLook:  {"", "recover.go freeAll: load A &^ R"},
	mFreeAll:      {"S22", "recover.go freeAll: R |= live"},
	mGiveUp:       {"S23", "recover.go recoverSpan: CAS to disowned"},
	mGivePages:    {"S24", "recover.go recoverSpan: CAS to Pending"},
	mSlotFree:     {"", "recover: slot word Free (after alloc is done)"},
	mSlotDone:     {"", "the byte is given back"},
	mClose:        {"", "the process closes: its slot is free, its blocks stay"},
}

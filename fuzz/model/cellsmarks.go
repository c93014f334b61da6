package model

// Marks of the model of cells, by name in cellMarks.
const (
	ceKill = iota
	ceAttach
	ceClaim
	cePlain
	ceStore
	ceArgs
	ceIssue
	ceLoad
	ceRearg
	ceOver
	ceOverArg
	ceAgain
	ceSeen
	ceCas
	ceDone
	ceDropLanes
	ceMark
	ceFreeing
	ceOr
	ceDropped
	ceKeepLanes
	ceKeep
	ceCollectA
	ceCollectLane
	ceCollectK
	ceCollectR
	ceJoin
	ceVisit
	ceTag
	ceWas
	ceFinishA
	ceFinishR
	ceFinishK
	ceFinishOp
	ceSpans
	ceOrphans
	ceSettle
)

var cellMarks = [...]Mark{
	ceKill:        {"", "SIGKILL"},
	ceAttach:      {"", "a new process takes the slot's byte"},
	ceClaim:       {"", "recovery takes the slot's byte"},
	cePlain:       {"", "a plain malloc or free"},
	ceStore:       {"", "Cell.Store, CompareAndSwap: the offset changes, the tag stays"},
	ceArgs:        {"M1", "lane Op := operation, sequence+1: armed; its Args were stored before"},
	ceIssue:       {"M2", "the store that makes the new block live"},
	ceLoad:        {"M3", "load the cell"},
	ceRearg:       {"M4", "FreeFrom: lane Args := the block that is there now"},
	ceCas:         {"M5", "CAS cell to block, tag: commit"},
	ceDone:        {"M6", "lane Op := idle"},
	ceOver:        {"E1", "load Op of the tag's lane: armed, and of the tag's number?"},
	ceOverArg:     {"E2", "... for this cell?"},
	ceAgain:       {"E3", "... and is the cell as it was?"},
	ceSeen:        {"E4", "lane(of the tag).CellSeen := its sequence, unless newer"},
	ceDropLanes:   {"", "drop: lanes that have freed a block there"},
	ceMark:        {"F1", "drop: mark the block"},
	ceFreeing:     {"F2", "drop: lane Op := freeing, its argument stored before"},
	ceOr:          {"F3", "drop: R |= bit, or CAS Large to Pending"},
	ceDropped:     {"F4", "drop: lane Op := idle"},
	ceKeepLanes:   {"", "keep: lanes that have freed a block there"},
	ceKeep:        {"F5", "Keep: K |= bit"},
	ceCollectA:    {"", "collect: t = R; A &^= t"},
	ceCollectLane: {"F6", "collect, release, if K & t: CAS Op of a lane that frees one of t to idle"},
	ceCollectK:    {"", "collect: K &^= t, before R"},
	ceCollectR:    {"", "collect: K &^= t, R &^= t"},
	ceJoin:        {"", "pending pages are issued again"},
	ceVisit:       {"G1", "finish: load Op of a lane, lanes that are freeing last"},
	ceTag:         {"G2", "finish: load the cell"},
	ceWas:         {"G3", "finish: was the tag overwritten? Is the new block live?"},
	ceFinishA:     {"", "finish, freeing: load A"},
	ceFinishR:     {"G4", "finish, freeing: is R clear, or the word the dead user's and marked?"},
	ceFinishK:     {"", "finish, freeing: load K"},
	ceFinishOp:    {"G5", "finish, freeing: load Op again"},
	ceSpans:       {"", "recovery: spans of the dead"},
	ceOrphans:     {"", "recovery: blocks of the dead are orphans"},
	ceSettle:      {"", "the slot is free, and the byte or a new life begins"},
}

// Lazy says which steps nobody need take.
func (Cells) Lazy(mark uint8) bool {
	switch mark {
	case ceKill, ceAttach, ceClaim, cePlain, ceStore, ceArgs:
		return true
	}
	return false
}

var cellPlaces = [...]string{"idle", "dead", "M2", "M3", "M4", "M5", "E1", "E2", "E3", "E4", "M5", "M6", "lanes", "F1", "arg", "F2", "F3", "F4",
	"keep lanes", "keep", "late", "arm", "visit", "tag", "was", "freeing A", "freeing R", "freeing K", "freeing Op", "freeing or", "spans", "orphans", "settle"}

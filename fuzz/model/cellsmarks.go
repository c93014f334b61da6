package model

// Marks of the model of cells, by name in cellMarks.
const (
	ceKill = iota
	ceAttach
	ceClaim
	cePlain
	ceStore
	ceArm
	ceIssue
	ceLoad
	ceRearg
	ceCas
	ceDone
	ceOver
	ceOverCell
	ceAgain
	cePassed
	ceMark
	ceDrop
	ceGive
	ceMarkLarge
	cePend
	ceKeep
	ceCollectA
	ceCollectLane
	ceCollectR
	ceJoin
	ceVisit
	ceTag
	ceWas
	ceFinishBlock
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
	ceArm:         {"M1", "lane Args := cell, blocks; Op := operation, sequence+1: armed"},
	ceIssue:       {"M2", "the store that makes the new block live"},
	ceLoad:        {"M3", "load the cell"},
	ceRearg:       {"M4", "FreeFrom: lane Args := the block that is there now"},
	ceCas:         {"M5", "CAS cell to block, tag: commit"},
	ceDone:        {"M6 F4", "lane Op := idle"},
	ceOver:        {"E1", "load Op of the tag's lane: armed, and of the tag's number?"},
	ceOverCell:    {"E2", "... for this cell?"},
	ceAgain:       {"E3", "... and is the cell as it was?"},
	cePassed:      {"E4", "lane(of the tag).Passed := its sequence, unless newer"},
	ceMark:        {"F1", "drop: K |= bit"},
	ceDrop:        {"F2", "drop: lane Args := the block; Op := drop"},
	ceGive:        {"F3", "drop: R |= bit"},
	ceMarkLarge:   {"F1", "drop: CAS Large to Large of this user, Orphaned"},
	cePend:        {"F3", "drop: CAS Large to Pending"},
	ceKeep:        {"F5", "Keep: K |= bit"},
	ceCollectA:    {"", "collect: t = R; A &^= t; are there any in K?"},
	ceCollectLane: {"F6", "collect, release: CAS Op of a lane that drops one of t to idle"},
	ceCollectR:    {"", "collect: K &^= t, R &^= t"},
	ceJoin:        {"", "pending pages are free"},
	ceVisit:       {"G1", "finish: load Op of a lane, lanes with drops last"},
	ceTag:         {"G2", "finish: load the cell"},
	ceWas:         {"G3", "finish: was the tag overwritten? Is the new block live?"},
	ceFinishBlock: {"G4", "finish a drop: is the block live, or marked?"},
	ceFinishOp:    {"G5", "finish a drop: load Op again"},
	ceSpans:       {"", "recovery: spans of the dead"},
	ceOrphans:     {"", "recovery: blocks of the dead are orphans"},
	ceSettle:      {"", "the slot is free, and the byte or a new life begins"},
}

// Lazy says which steps nobody need take.
func (Cells) Lazy(mark uint8) bool {
	switch mark {
	case ceKill, ceAttach, ceClaim, cePlain, ceStore, ceArm:
		return true
	}
	return false
}

var cellPlaces = [...]string{"idle", "dead", "issue", "load", "rearg", "over", "over cell", "again", "passed", "cas", "done", "mark", "drop", "give", "dropped", "keep",
	"late", "arm", "drop arg", "visit", "tag", "was", "drop block", "drop op", "finish give", "spans", "orphans", "settle"}

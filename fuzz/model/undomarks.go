package model

// Marks of the undo model, by name in undoMarks.
const (
	uKill = iota
	uArgs
	uReturn
	uArm
	uLoad
	uSeen
	uCas
	uCount
	uDisarm
	uAttach
	uClaim
	uVisit
	uTag
	uWas
	uFinish
	uDrop
	uNone
	uSettle
)

var undoMarks = [...]Mark{
	uKill:   {"", "SIGKILL"},
	uArgs:   {"D1", "lane Args := count of this slot"},
	uReturn: {"D1", "recovery: lane Args := count, to return it"},
	uArm:    {"D2", "lane Op := operation, sequence+1: armed"},
	uLoad:   {"", "load the word"},
	uSeen:   {"D3", "lane(of its tag).Seen := its sequence, unless newer"},
	uCas:    {"D4", "CAS word to units, tag: commit"},
	uCount:  {"D5", "count := c±1"},
	uDisarm: {"D6", "lane Op := idle"},
	uAttach: {"", "a new process takes the slot's byte"},
	uClaim:  {"", "recovery takes the slot's byte"},
	uVisit:  {"", "recovery: the slot's word says Dead; is the lane armed?"},
	uTag:    {"", "recovery: is the lane's tag in the word?"},
	uWas:    {"", "recovery: was it overwritten?"},
	uFinish: {"", "recovery: count := c±1"},
	uDrop:   {"", "recovery: lane Op := idle"},
	uNone:   {"", "recovery: are there units to return?"},
	uSettle: {"", "the slot is free, and the byte or a new life begins"},
}

// Lazy says which steps nobody need take.
func (Undos) Lazy(mark uint8) bool {
	return mark == uKill || mark == uArgs || mark == uAttach || mark == uClaim
}

var undoPlaces = [...]string{"idle", "dead", "D2", "load", "D3", "D4", "D5", "D6", "late", "visit", "tag", "seen", "finish", "drop", "return", "plain", "plain count", "settle"}

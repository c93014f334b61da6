package model

// Marks of the model of objects, by name in objMarks.
const (
	oKill = iota
	oClaim
	oSet
	oCommit
	oFree
	oClear
	oFreed
	oAttach
	oRecover
	oVisit
	oLook
	oReset
	oResetFree
	oSettle
)

var objMarks = [...]Mark{
	oKill:      {"", "SIGKILL"},
	oClaim:     {"O1", "CAS head Free(gen) to Making"},
	oSet:       {"O2", "all other words of the record are set"},
	oCommit:    {"O3", "store head Live: commit"},
	oFree:      {"O4", "CAS head Live to Making"},
	oClear:     {"", "all other words of the record are cleared"},
	oFreed:     {"", "store head Free(gen+1): commit"},
	oAttach:    {"", "a new process takes the slot's byte"},
	oRecover:   {"", "recovery takes the slot's byte"},
	oVisit:     {"", "recovery: the slot's word says Dead"},
	oLook:      {"", "recovery looks at a record"},
	oReset:     {"", "recovery clears the words of a record"},
	oResetFree: {"", "recovery: store head Free(gen+1)"},
	oSettle:    {"", "the slot is free, and the byte or a new life begins"},
}

// Lazy says which steps nobody need take.
func (Objects) Lazy(mark uint8) bool {
	switch mark {
	case oKill, oClaim, oFree, oAttach, oRecover:
		return true
	}
	return false
}

var objPlaces = [...]string{"idle", "dead", "O2", "O3", "clear", "free", "visit", "look", "reset", "reset free", "settle"}

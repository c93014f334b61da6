package model

// Marks of the model of slots, by name in attachMarks.
const (
	aKill = iota
	aTake
	aWord
	aLive
	aAsk
	aClaim
	aAgain
	aRelease
	aDead
	aAlloc
	aObjects
	aEpoch
	aFree
	aWork
	aTakeLook
	aTakeDead
	aClose
	aLeaving
	aLeave
	aLeft
	aGone
)

var attachMarks = [...]Mark{
	aKill:     {"", "SIGKILL"},
	aTake:     {"A1", "attach: lock the slot's byte"},
	aWord:     {"A2", "attach: load the slot's word"},
	aLive:     {"A3", "attach: word := Live, next generation: commit"},
	aAsk:      {"A4", "recovery: the word is not Free, and nobody has the byte"},
	aClaim:    {"A5", "recovery: lock the byte, unless another goroutine has"},
	aAgain:    {"A6", "recovery: the word once more"},
	aRelease:  {"A7", "recovery: the byte is given back"},
	aDead:     {"A8", "recovery: word := Dead"},
	aAlloc:    {"A9", "recovery: lanes, regions' locks, spans"},
	aObjects:  {"A10", "recovery: locks and their kin"},
	aEpoch:    {"A11", "recovery: epoch + 1"},
	aFree:     {"A12", "recovery: word := Free"},
	aWork:     {"", "a user takes something, or gives it back"},
	aTakeLook: {"A17", "a lock's holder is dead: lock its byte"},
	aTakeDead: {"A18", "CAS the lock from the dead"},
	aClose:    {"", "a user begins to close"},
	aLeaving:  {"A13", "close: word := Leaving"},
	aLeave:    {"A14", "close: nothing is this user's any more"},
	aLeft:     {"A15", "close: word := Free"},
	aGone:     {"A16", "close: the byte is given back"},
}

var attachPlaces = [...]string{"idle", "dead", "word", "live", "live first", "claim", "again", "to dead", "lanes", "regions", "region free", "spans", "objects",
	"epoch", "to free", "release", "take", "leaving", "leave", "left", "gone"}

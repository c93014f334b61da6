package model

// Marks of the model of reader-writer locks, by name in rwMarks.
const (
	yKill = iota
	yEnd
	yEnded
	yQuantum
	yRead
	ySet
	yLook
	yTake
	yMark
	yRestore
	yLess
	yUnset
	yWaiters
	yMove
	yWrite
	yTakeWrite
	yOverWord
	yScan
	yCount
	yEvent
	ySleep
	yLeft
	yBury
	yClear
	yDone
	yQuit
	yRecovered
	yUnlock
	yAttach
	yClaim
	yVisit
	yLeave
	yBit
	ySettle
)

var rwMarks = [...]Mark{
	yKill:      {"", "SIGKILL"},
	yEnd:       {"", "a context ends"},
	yEnded:     {"", "a sleeper wakes up, because its context is over"},
	yQuantum:   {"", "a quantum ends"},
	yRead:      {"", "RLock: the mutex of the process"},
	ySet:       {"Y1", "set my bit"},
	yLook:      {"Y2", "load the lock word: 0, and it reads"},
	yTake:      {"Y3", "take the lock as LOCK does"},
	yMark:      {"", "set my bit under the lock"},
	yRestore:   {"", "release the lock, as inconsistent as it was"},
	yLess:      {"", "RUnlock: one reader less in the process"},
	yUnset:     {"Y4", "clear my bit"},
	yWaiters:   {"Y5", "load waiters"},
	yMove:      {"", "event+1, wake"},
	yWrite:     {"", "Lock: wait for the word"},
	yTakeWrite: {"", "the word is taken, to write"},
	yOverWord:  {"", "no lock: the context is over, or the lock is not recoverable"},
	yScan:      {"X1", "are all bits clear?"},
	yCount:     {"", "waiters+1"},
	yEvent:     {"", "load event"},
	ySleep:     {"", "sleep while event is what was loaded"},
	yLeft:      {"", "which readers are gone?"},
	yBury:      {"", "claim the byte of a reader that is gone"},
	yClear:     {"X2", "clear its bit, give the byte back"},
	yDone:      {"", "waiters-1: writing"},
	yQuit:      {"", "waiters-1, release the word"},
	yRecovered: {"", "Recovered: clear inconsistent"},
	yUnlock:    {"", "Unlock"},
	yAttach:    {"", "a new process takes the slot's byte"},
	yClaim:     {"", "recovery takes the slot's byte"},
	yVisit:     {"", "recovery: the slot's word says Dead"},
	yLeave:     {"", "recovery: CAS the word to inconsistent"},
	yBit:       {"", "recovery: clear the bit, wake"},
	ySettle:    {"", "the slot is free, and the byte or a new life begins"},
}

// Lazy says which steps nobody need take.
func (RWLocks) Lazy(mark uint8) bool {
	switch mark {
	case yKill, yEnd, yRead, yWrite, yAttach, yClaim:
		return true
	}
	return false
}

var rwPlaces = [...]string{"idle", "dead", "Y1", "Y2", "Y4", "Y5", "wake", "word", "mark", "restore", "reads", "X1", "count", "event", "sleep", "asleep",
	"left", "claim", "X2", "done", "quit", "writes", "visit", "leave", "bit", "settle"}

package model

// Marks of the lock model, by name in lockMarks.
const (
	lKill = iota
	lEnd
	lEnded
	lQuantum
	lTry
	lJoin
	lTryTake
	lTrySteal
	lLook
	lTake
	lSteal
	lLost
	lMark
	lSleep
	lTold
	lGiven
	lOver
	lUnlock
	lSwap
	lWake
	lTell
	lHand
	lRecovered
	lPark
	lRelease
	lNap
	lAttach
	lClaim
	lVisit
	lLeave
	lRouse
	lSettle
)

var lockMarks = [...]Mark{
	lKill:      {"", "SIGKILL"},
	lEnd:       {"", "a context ends"},
	lEnded:     {"", "a sleeper wakes up, because its context is over"},
	lQuantum:   {"", "a quantum ends"},
	lTry:       {"L1", "CAS 0 to me"},
	lJoin:      {"", "L1 has failed: the queue of the process is joined"},
	lTryTake:   {"L2", "TryLock: CAS a free word to me"},
	lTrySteal:  {"L3", "TryLock: CAS the word of an owner that is gone to me"},
	lLook:      {"", "the front looks at context and word"},
	lTake:      {"L2", "CAS a free word to me"},
	lSteal:     {"L3", "CAS the word of an owner that is gone to me"},
	lLost:      {"L4", "the lock is not recoverable"},
	lMark:      {"L5", "CAS waiters in"},
	lSleep:     {"", "sleep while the word is what was seen"},
	lTold:      {"", "the front was told to look"},
	lGiven:     {"", "the front finds that it was handed the lock"},
	lOver:      {"L6", "the context is over: leave, pass the wake-up on"},
	lUnlock:    {"U1", "CAS me to 0: commit"},
	lSwap:      {"U2", "swap to 0, or to not recoverable: commit"},
	lWake:      {"U3", "wake one, or all"},
	lTell:      {"U4", "tell the front of the own gate"},
	lHand:      {"", "the lock is handed over inside the process"},
	lRecovered: {"", "Recovered: clear inconsistent"},
	lPark:      {"", "the lock is left for somebody else to release"},
	lRelease:   {"", "Release: CAS whatever owner to 0"},
	lNap:       {"", "a nap on the free word after an unlock"},
	lAttach:    {"", "a new process takes the slot's byte"},
	lClaim:     {"", "recovery takes the slot's byte"},
	lVisit:     {"", "recovery: the slot's word says Dead"},
	lLeave:     {"", "recovery: CAS the word to inconsistent, waiters"},
	lRouse:     {"", "recovery wakes one"},
	lSettle:    {"", "the slot is free, and the byte or a new life begins"},
}

// Lazy says which steps nobody need take.
func (Locks) Lazy(mark uint8) bool {
	switch mark {
	case lKill, lEnd, lTry, lJoin, lTryTake, lTrySteal, lPark, lAttach, lClaim:
		return true
	}
	return false
}

var lockPlaces = [...]string{"idle", "dead", "queued", "look", "sleep", "asleep", "local", "given", "L6",
	"holds", "restore", "early", "U3", "U4", "yield", "naps", "visit", "left", "leave", "rouse", "settle"}

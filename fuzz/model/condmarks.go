package model

// Marks of the condition model, by name in condMarks.
const (
	cKill = iota
	cEnd
	cEnded
	cQuantum
	cBegin
	cLock
	cTake
	cGiveUp
	cCount
	cEvent
	cUnlock
	cSleep
	cOut
	cPass
	cMake
	cMade
	cMove
	cWaiters
	cWake
	cUnlockMade
)

var condMarks = [...]Mark{
	cKill:       {"", "SIGKILL"},
	cEnd:        {"", "a context ends"},
	cEnded:      {"", "a sleeper wakes up, because its context is over"},
	cQuantum:    {"", "a quantum ends, and the event has moved on"},
	cBegin:      {"", "somebody wants an item"},
	cLock:       {"", "the lock is taken"},
	cTake:       {"", "an item is taken, the lock is free"},
	cGiveUp:     {"", "the wait is over without an item, the lock is free"},
	cCount:      {"C1", "waiters+1"},
	cEvent:      {"", "load event"},
	cUnlock:     {"C2", "unlock"},
	cSleep:      {"C3", "sleep while event is what was loaded"},
	cOut:        {"C4", "waiters-1"},
	cPass:       {"", "the context is over: pass the signal on"},
	cMake:       {"", "the lock is taken, to make an item"},
	cMade:       {"", "an item is made"},
	cMove:       {"C5", "event+1"},
	cWaiters:    {"", "load waiters"},
	cWake:       {"C6", "wake one"},
	cUnlockMade: {"", "unlock after the signal"},
}

// Lazy says which steps nobody need take.
func (Conditions) Lazy(mark uint8) bool {
	switch mark {
	case cKill, cEnd, cBegin, cMake:
		return true
	}
	return false
}

var condPlaces = [...]string{"idle", "dead", "lock", "holds", "event", "C2", "C3", "asleep", "C4", "pass", "again", "made", "C5", "waiters", "C6", "unlock"}

package model

// Marks of the model of pollable semaphores, by name in pollMarks.
const (
	qKill = iota
	qTake
	qTicket
	qQueue
	qBell
	qScan
	qLook
	qGet
	qGrant
	qSleep
	qQuantum
	qQuit
	qV
	qVHeld
	qRing
	qRingAgain
	qRingNext
	qWake
	qRung
	qCommit
	qEnd
	qAttach
	qClaim
	qVisit
	qClear
	qSettle
)

var pollMarks = [...]Mark{
	qKill:      {"", "SIGKILL"},
	qTake:      {"Q1", "P: CAS units-1, nobody is queued: commit"},
	qTicket:    {"", "P: the next ticket"},
	qQueue:     {"Q2", "P: slot word := queued"},
	qBell:      {"", "load the bell"},
	qScan:      {"", "a look at a slot: queued before, V in progress?"},
	qLook:      {"Q4", "no unit, or somebody else's: sleep, for a quantum or without an end"},
	qGet:       {"Q3", "CAS units-1: commit"},
	qGrant:     {"", "slot word := granted, write the descriptor"},
	qSleep:     {"", "sleep while the bell is what was loaded"},
	qQuantum:   {"", "a quantum ends"},
	qQuit:      {"", "the place in the queue is given up"},
	qV:         {"W1", "V in progress +1, of a unit that nobody had"},
	qVHeld:     {"W1", "V in progress +1"},
	qRing:      {"W2", "bell+1 of a queued user, before the commit"},
	qRingAgain: {"W4", "bell+1 of a queued user, after it"},
	qRingNext:  {"", "bell+1 of a queued user, by one that leaves the queue"},
	qWake:      {"", "wake it"},
	qRung:      {"", "all queued users were told"},
	qCommit:    {"W3", "CAS units+1: commit"},
	qEnd:       {"W5", "V in progress -1"},
	qAttach:    {"", "a new process takes the slot's byte"},
	qClaim:     {"", "recovery takes the slot's byte"},
	qVisit:     {"", "recovery: the slot's word says Dead"},
	qClear:     {"", "recovery: slot word := none"},
	qSettle:    {"", "the slot is free, and the byte or a new life begins"},
}

// Lazy says which steps nobody need take.
func (Polls) Lazy(mark uint8) bool {
	switch mark {
	case qKill, qTake, qTicket, qQuit, qV, qAttach, qClaim:
		return true
	}
	return false
}

var pollPlaces = [...]string{"idle", "dead", "Q2", "bell", "scan", "look", "late", "sleep", "asleep", "granted", "holds", "ring", "wake", "W3", "W5",
	"visit", "clear", "settle"}

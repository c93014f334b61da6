package model

// Marks of the barrier model, by name in barMarks.
const (
	bKill = iota
	bNext
	bEnd
	bEnded
	bQuantum
	bParty
	bPartyLate
	bSeen
	bArrive
	bOpen
	bTell
	bJoin
	bEvent
	bLook
	bSleep
	bLeft
	bBreak
	bTellBroken
	bBack
	bResult
	bResetBreak
	bNote
	bBury
	bStill
	bUnbit
	bReopen
	bTellReset
	bAttach
	bClaim
	bVisit
	bBreakDead
	bUnparty
	bSettle
)

var barMarks = [...]Mark{
	bKill:       {"", "SIGKILL"},
	bNext:       {"", "a reset begins"},
	bEnd:        {"", "a context ends"},
	bEnded:      {"", "a sleeper wakes up, because its context is over"},
	bQuantum:    {"", "a quantum ends"},
	bParty:      {"B1", "set my party bit"},
	bPartyLate:  {"", "set my party bit, after the arrival"},
	bSeen:       {"", "the barrier is broken"},
	bArrive:     {"B2", "CAS arrived+1"},
	bOpen:       {"B3", "the last one: CAS phase+1, arrived 0: commit"},
	bTell:       {"B4", "event+1, wake all"},
	bJoin:       {"", "the queue of the process is joined"},
	bEvent:      {"", "load event"},
	bLook:       {"", "is the phase over?"},
	bSleep:      {"", "sleep while event is what was loaded"},
	bLeft:       {"", "is a party gone?"},
	bBreak:      {"B5", "CAS broken, arrived 0: commit"},
	bTellBroken: {"", "event+1, wake all"},
	bBack:       {"B6", "CAS arrived-1"},
	bResult:     {"", "what broke last?"},
	bResetBreak: {"", "Reset: CAS broken, arrived 0"},
	bNote:       {"", "Reset: Broken := phase+1, unless newer"},
	bBury:       {"", "Reset: claim the byte of a party that is gone"},
	bStill:      {"", "Reset: is the barrier still broken?"},
	bUnbit:      {"", "Reset: clear its bit, give the byte back"},
	bReopen:     {"B7", "Reset: CAS phase+1, unbroken, arrived 0: commit"},
	bTellReset:  {"", "event+1, wake all"},
	bAttach:     {"", "a new process takes the slot's byte"},
	bClaim:      {"", "recovery takes the slot's byte"},
	bVisit:      {"", "recovery: the slot's word says Dead; is it a party?"},
	bBreakDead:  {"", "recovery: CAS broken, wake all"},
	bUnparty:    {"", "recovery: clear the bit"},
	bSettle:     {"", "the slot is free, and the byte or a new life begins"},
}

// Lazy says which steps nobody need take.
func (Barriers) Lazy(mark uint8) bool {
	switch mark {
	case bKill, bNext, bEnd, bParty, bAttach, bClaim:
		return true
	}
	return false
}

var barPlaces = [...]string{"idle", "dead", "B2", "B3", "B1", "B4", "join", "queued", "event", "look", "sleep", "asleep", "parties", "B5", "tell",
	"result", "reset", "note", "bury", "still", "unbit", "B7", "clear", "tell", "visit", "break", "unparty", "settle"}

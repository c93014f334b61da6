package model

// Marks of the semaphore model, by name in semaMarks.
const (
	sKill = iota
	sEnd
	sEnded
	sQuantum
	sFast
	sJoin
	sCount
	sStarve
	sEvent
	sTake
	sSleep
	sOut
	sList
	sLeave
	sGive
	sWaiters
	sMove
	sWake
	sAttach
	sClaim
	sVisit
	sLedger
	sRecount
	sSettle
)

var semaMarks = [...]Mark{
	sKill:    {"", "SIGKILL"},
	sEnd:     {"", "a context ends"},
	sEnded:   {"", "a sleeper wakes up, because its context is over"},
	sQuantum: {"", "a quantum ends"},
	sFast:    {"P1", "CAS units-1, neither starving nor watched: commit"},
	sJoin:    {"", "P1 has failed: the ledger lists the goroutine, the queue of the process is joined"},
	sCount:   {"P2", "waiters+1"},
	sStarve:  {"", "the front has waited long: starving"},
	sEvent:   {"P3", "load event"},
	sTake:    {"P4", "CAS units-1, starving off: commit"},
	sSleep:   {"P5", "sleep while event is what was loaded"},
	sOut:     {"P6", "waiters-1"},
	sList:    {"", "the ledger lists the goroutine no longer"},
	sLeave:   {"", "the context is over: leave, pass the wake-up on"},
	sGive:    {"V1", "CAS units+1: commit"},
	sWaiters: {"V2", "load waiters"},
	sMove:    {"V3", "event+1"},
	sWake:    {"V4", "wake one"},
	sAttach:  {"", "a new process takes the slot's byte"},
	sClaim:   {"", "recovery takes the slot's byte"},
	sVisit:   {"", "recovery: the slot's word says Dead, load waiters"},
	sLedger:  {"", "recovery looks at a ledger"},
	sRecount: {"", "recovery: CAS waiters to what the ledgers say"},
	sSettle:  {"", "the slot is free, and the byte or a new life begins"},
}

// Lazy says which steps nobody need take.
func (Semas) Lazy(mark uint8) bool {
	switch mark {
	case sKill, sEnd, sFast, sJoin, sStarve, sAttach, sClaim:
		return true
	}
	return false
}

var semaPlaces = [...]string{"idle", "dead", "P1", "queued", "P2", "P3", "P4", "P5", "asleep", "P6", "unlist", "leaves",
	"V2", "V3", "V4", "holds", "V1", "visit", "recount", "settle"}

package info

// Object is one lock, semaphore, barrier, reader-writer lock, condition or ring
// of history. Of an arena in use each number is true of its own moment.
type Object struct {
	Kind       string   `json:"kind"` // lock, sema, pollsema, barrier, rwlock, condition, history; setup is the lock of who makes the first datum
	Offset     uint64   `json:"offset"`
	Generation uint32   `json:"generation"` // counts the objects that were at this offset
	Bytes      uint64   `json:"bytes"`      // of its record
	Options    []string `json:"options"`    // kept, undo, metered, tell; watched semaphores: counted, owner noted, logged, recursive
	State      string   `json:"state"`      // one of the State… constants below, or a number of units or parties

	Owner   int      `json:"owner"`   // slot that holds it, for writing; 0 nobody
	Holder  *Holder  `json:"holder"`  // the same, with what is known of it
	Readers []Holder `json:"readers"` // RWLock: users that read
	Takers  []Holder `json:"takers"`  // Sema with undo: users that hold units
	Parties []Holder `json:"parties"` // Barrier: users that have waited there

	Waiters int      `json:"waiters"` // goroutines of living users that wait
	Waiting []Waiter `json:"waiting"` // whose they are

	Value   int    `json:"value"`   // Sema, PollSema: free units. History: entries written
	Phase   uint32 `json:"phase"`   // Barrier: how often it has opened
	Arrived int    `json:"arrived"` // Barrier: goroutines that wait for the others

	// Counts: of a lock that is metered, of a semaphore whose P calls are counted.
	Tries int64  `json:"tries"`
	Hits  int64  `json:"hits"`
	Spins int64  `json:"spins"`
	Meter *Meter `json:"meter"` // Sema that is counted, else nil
	Uses  *Uses  `json:"uses"`  // metered locks and semaphores whose owner is noted, else nil
}

// States of an Object. A barrier at which some have arrived and a semaphore have
// numbers instead.
const (
	ObjectFree     = "free"
	ObjectHeld     = "held"            // Lock, RWLock: Owner holds it
	ObjectReading  = "reading"         // RWLock: Readers hold it
	ObjectDied     = "owner died"      // the next one gets it and is told
	ObjectRepair   = "held, to repair" // Owner took it from one that died, and has not called Recovered
	ObjectLost     = "not recoverable"
	ObjectBroken   = "broken"     // Barrier
	ObjectMaking   = "being made" // or being freed
	ObjectDamaged  = "damaged"    // see Check
	ObjectIdle     = "idle"       // Barrier, Condition: nobody waits
	ObjectAwaited  = "awaited"    // Condition
	ObjectStarving = "starving"   // behind a semaphore's value: newcomers queue
)

// Holder is a user that an object names.
type Holder struct {
	Slot    int    `json:"slot"`
	Gen     uint16 `json:"gen"`
	Pid     int    `json:"pid"`             // in its own PID namespace; 0 if another user has the slot now
	Dead    bool   `json:"dead"`            // gone: died, or left without giving it up
	Stopped bool   `json:"stopped"`         // its process is stopped, as far as can be seen from here
	Units   uint64 `json:"units,omitempty"` // of a semaphore
}

// Waiter is a user that waits for an object.
type Waiter struct {
	Slot       int    `json:"slot"`
	Pid        int    `json:"pid"`
	Goroutines int    `json:"goroutines"`
	How        string `json:"how,omitempty"` // what for, where that is not plain
}

// Meter counts the uses of a semaphore. IRIX: semameter_t.
type Meter struct {
	PHits   int64 `json:"phits"` // P calls that got a unit at once
	Ps      int64 `json:"ps"`
	Vs      int64 `json:"vs"`
	VNoWait int64 `json:"vnowait"` // V calls that found nobody waiting
	NWait   int64 `json:"nwait"`   // goroutines that wait
	MaxWait int64 `json:"maxwait"`
}

// Uses say which processes used an object, and where in their programs; 0 is
// unknown.
type Uses struct {
	OwnerPid int    `json:"owner_pid"` // that took it last and has not given it
	LastPid  int    `json:"last_pid"`
	OwnerPC  uint64 `json:"owner_pc"`
	LastPC   uint64 `json:"last_pc"`
}

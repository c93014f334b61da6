package torture

// The phases of a lane: what it can be killed in.
const (
	idle uint32 = iota
	joining
	leaving
	recovering
	freeing
	allocating
	resizing
	filling   // what was allocated
	refilling // what was resized
	publishing
	fetching
	locking
	inside // holds the lock, between two changes that belong together
	unlocking
	taking // P
	holding
	giving // V
	meeting
	readLocking
	reading
	readUnlocking
	writeLocking
	writing
	writeUnlocking
	allocatingTo // a cell, in one step
	resizingTo
	fillingTo
	freeingFromOwn
	freeingFrom
	phases
)

var phaseNames = [phases]string{"between calls", "Join", "Close", "Recover", "Free", "Malloc", "Realloc", "filling", "refilling",
	"publishing", "fetching",
	"Lock", "inside the lock", "Unlock", "P", "holding a unit", "V", "barrier Wait", "RLock", "reading", "RUnlock", "write Lock", "writing", "write Unlock",
	"MallocTo", "ReallocTo", "filling through a cell", "FreeFrom", "FreeFrom of a shared cell"}

// The fates of a user.
const (
	unknown   uint32 = iota
	alive            // from Join until Close begins
	departing        // Close has begun
	gone             // Close has ended: its blocks are nobody's
	killed           // its blocks are orphans
	killedDeparting

	doomed = 1 << 8 // a flag: its block was given to another, so it must have been killed
)

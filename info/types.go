package info

import (
	"time"

	"usarena/internal/layout"
)

// Offset is a place in an arena: bytes from its start.
type Offset = layout.Offset

// Report is the answer of Check.
type Report struct {
	Clean    bool      `json:"clean"` // no findings
	Live     bool      `json:"-"`     // some process used the arena meanwhile
	Findings []Finding `json:"findings"`
}

// Finding is one damaged word.
type Finding struct {
	Kind   string `json:"kind"`   // one of the Kind constants
	Offset uint64 `json:"offset"` // of the word, bytes from the start of the arena
	Detail string `json:"detail"` // what was found and what must be there
}

// Kinds of Finding.
const (
	KindMagic     = "magic"     // the first word is not an arena's
	KindVersion   = "version"   // another version or another build's layout
	KindFeature   = "feature"   // needs something that this program lacks
	KindChecksum  = "checksum"  // constants of the header changed
	KindGeometry  = "geometry"  // zones are not where sizes and users put them
	KindTruncated = "truncated" // the file ends too early
	KindCommitted = "committed" // more pages than the ceiling allows
	KindReserved  = "reserved"  // bytes that must be zero
	KindUser      = "user"      // a slot in an unknown state
	KindLock      = "lock"      // a region's lock names nobody
	KindLane      = "lane"      // an unknown operation, or one that nobody is doing
	KindLost      = "lost"      // no run begins where one must: pages are lost
	KindOverlap   = "overlap"   // two runs claim a page
	KindLength    = "length"    // a run of no pages, or beyond its end
	KindClass     = "class"     // an unknown size class
	KindOwner     = "owner"     // held by a user that does not exist
	KindBits      = "bits"      // block bits beyond the span's last block
	KindOrphan    = "orphan"    // orphan bits that contradict the others
	KindBack      = "back"      // a span's page does not lead to its head
	KindCont      = "cont"      // a region's first page contradicts the block that reaches into it
	KindStale     = "stale"     // a word where none may stand
	KindObject    = "object"    // a lock, semaphore or barrier that contradicts itself or the user table
	KindCompanion = "companion" // the header of a System V arena names another lock file
	KindMore      = "more"      // there are more findings than are listed
)

// Block is one allocated block, as Walk finds it.
type Block struct {
	Offset uint64 `json:"offset"`
	Size   uint64 `json:"size"`   // usable bytes
	Kind   string `json:"kind"`   // "small" or "large"
	Class  int    `json:"class"`  // size class of a small block, else -1
	Slot   int    `json:"slot"`   // user that allocated it, 0 nobody: it closed, or died and the block was kept
	Gen    uint16 `json:"gen"`    // that user's generation
	Orphan bool   `json:"orphan"` // that user has died and was recovered
}

// User is one slot of the user table. Slot, State and Gen are what the arena
// believes; the rest was written by the user itself, for people to read.
type User struct {
	Slot     int       `json:"slot"`      // 1 to the number of slots
	State    string    `json:"state"`     // free, live, leaving or dead
	Pid      int       `json:"pid"`       // in the user's own PID namespace
	Start    uint64    `json:"start"`     // start of the process, clock ticks since boot
	Since    time.Time `json:"since"`     // when it attached
	Holds    []string  `json:"holds"`     // for example "lock 0x5040"
	WaitsFor []string  `json:"waits_for"` // for example "lock 0x5040 (3 goroutines)"

	Gen     uint16 `json:"-"` // counts attachments to this slot
	Bits32  bool   `json:"-"` // a 32-bit process
	Window  uint64 `json:"-"` // pages of data that it can see
	Stopped bool   `json:"-"` // its process is stopped, as far as can be seen from here
}

// States of a User.
const (
	StateFree    = "free"    // nobody
	StateLive    = "live"    // attached
	StateLeaving = "leaving" // detaching
	StateDead    = "dead"    // died, not yet recovered
)

// Stats are the numbers of one arena. Sizes are bytes. LiveBytes + FreeBytes is
// all data that is committed, but for pages that damage hides; HeldBytes +
// KeptBytes + OrphanBytes is LiveBytes.
type Stats struct {
	Name          string       `json:"name"`
	Backing       string       `json:"backing"`       // file, shm, memfd or memory
	Size          uint64       `json:"size"`          // committed at creation
	Committed     uint64       `json:"committed"`     // metadata and data that exist now
	MaxSize       uint64       `json:"max_size"`      // ceiling of Committed
	UsersMax      int          `json:"users_max"`     // slots
	UsersLive     int          `json:"users_live"`    // slots of living users
	LiveBytes     uint64       `json:"live_bytes"`    // sizes of all allocated blocks and of all objects
	FreeBytes     uint64       `json:"free_bytes"`    // free pages, free blocks, free records of objects, tails of spans
	HeldBytes     uint64       `json:"held_bytes"`    // of LiveBytes: blocks of users that live
	KeptBytes     uint64       `json:"kept_bytes"`    // blocks of users that closed, orphans that were kept, objects
	OrphanBytes   uint64       `json:"orphan_bytes"`  // blocks of users that died
	LargestFree   uint64       `json:"largest_free"`  // longest stretch of free pages
	Fragmentation float64      `json:"fragmentation"` // 1 - LargestFree / free pages; 0 when none are free
	Classes       []ClassStats `json:"classes"`       // size classes that have spans
	Objects       []KindStats  `json:"objects"`       // kinds of object that there are

	// The allocator's own running account, a hint: pages in use, spans with room
	// included, with the metadata that describes them; now, and at most so far.
	UsedBytes uint64 `json:"-"`
	HighBytes uint64 `json:"-"`
}

// ClassStats are the numbers of one size class.
type ClassStats struct {
	Size   uint64 `json:"size"`   // bytes of a block
	Spans  uint64 `json:"spans"`  // spans of this class
	Blocks uint64 `json:"blocks"` // blocks in them
	Live   uint64 `json:"live"`   // allocated
	Free   uint64 `json:"free"`   // not allocated
}

// KindStats are the numbers of all objects of one kind: locks, semaphores, ….
type KindStats struct {
	Kind    string `json:"kind"`
	Number  uint64 `json:"number"`
	Bytes   uint64 `json:"bytes"`   // of their records
	Held    uint64 `json:"held"`    // locks that somebody holds or reads, semaphores without a free unit, barriers where somebody has arrived
	Waiters uint64 `json:"waiters"` // goroutines of living users that wait
	Metered uint64 `json:"metered"` // objects that are counted; the rest is their sum
	Tries   int64  `json:"tries"`
	Hits    int64  `json:"hits"`
	Spins   int64  `json:"spins"`
}

// Recovery is what was taken over from dead users.
type Recovery struct {
	Users  int    `json:"users"`  // dead users whose slots are free again
	Spans  int    `json:"spans"`  // spans that they owned
	Large  int    `json:"large"`  // large blocks that they had allocated
	Locks  int    `json:"locks"`  // region locks that they held
	Blocks uint64 `json:"blocks"` // blocks they left
	Bytes  uint64 `json:"bytes"`  // bytes of these
	Freed  uint64 `json:"freed"`  // bytes given back at once, with ReclaimOnDeath
	Held   int    `json:"held"`   // locks that they held, for writing or reading
	Units  uint64 `json:"units"`  // units of semaphores with undo that came back
}

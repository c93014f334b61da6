package layout

// Offset is a place in an arena: bytes from its start. 0 is nil. Everything
// that an arena stores to refer to something is an Offset, never an address.
type Offset = uint64

// Identity of the format.
const (
	Magic   uint64 = 0x0061_6e65_7261_7375 // "usarena\0" read as a little-endian word
	Version uint32 = 1                     // a greater one is refused
)

// Sizes that everything else is made of.
const (
	PageShift = 12
	PageSize  = 1 << PageShift
	PageMask  = PageSize - 1
	LineSize  = 64
)

// Limits of the format.
const (
	MinSize        = 4096         // smallest Size that may be asked for
	MaxArena       = 256 << 30    // what a cell can address
	MaxUsers       = 10000        // slots 1..MaxUsers; 0 means nobody
	MaxProcs       = 1 << 10      // heaps of one process
	InHand         = MaxProcs - 1 // heap number of a span that no heap holds yet
	MaxSpanBlocks  = 252          // blocks of one span: a multiple of what a word of tenants holds
	MaxSpanPages   = 16           // pages of one span
	BitWords       = (MaxSpanBlocks + 63) / 64
	MinRegionPages = 256
	MaxRegionPages = 1 << 16
	regionPages    = 4096 // pages of a region, unless that makes
	regionsLeast   = 64   // less than so many
	regionsMost    = 4096 // or more than so many
	smallPages     = 256  // arenas of at most this many pages pack their zones
)

// Kernel lock bytes, far beyond any file's end. Slot s holds the byte
// LockBase + 2*s; the stride keeps the kernel from merging neighbours.
const (
	LockBase = uint64(1) << 61
	UseByte  = LockBase - 2 // read-locked by every user, write-locked by Remove and reset
)

// LockByte is the byte that the user in slot s keeps locked while it lives.
func LockByte(slot int) uint64 { return LockBase + 2*uint64(slot) }

// Feature bits that this build knows. An unknown compatible bit is ignored, an
// unknown read-only bit refuses attach but not inspection, an unknown
// incompatible bit refuses both.
const (
	KnownCompat   uint32 = 0
	KnownReadOnly uint32 = 0
	KnownIncompat uint32 = 0
)

// Flags of a header: the yes-or-no settings of a configuration.
const (
	FlagNoAutoGrow uint64 = 1 << iota
	FlagNoReserve
	FlagResetIdle
	FlagReclaimOnDeath
	FlagShare32
	FlagHistory
	FlagSharedOnly
	flagsEnd
	KnownFlags = flagsEnd - 1
)

// Lock types (CONF_LOCKTYPE).
const (
	LockNoDebug uint32 = iota
	LockDebug
	LockDebugPlus
)

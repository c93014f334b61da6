package layout

import "sync/atomic"

// Header is the first KiB of an arena. Fields marked const never change after
// the file has its name and are covered by Checksum; truth is what recovery
// believes; hint may be stale or wrong.
type Header struct {
	Magic    uint64 // const
	Version  uint32 // const
	Layout   uint32 // const: Fingerprint of the build that made it
	Compat   uint32 // const: feature bits
	ReadOnly uint32 // const
	Incompat uint32 // const
	Checksum uint32 // const: CRC-32C of the first ConstSize bytes, this field as 0

	Size        uint64 // const: committed at creation, metadata included, bytes
	MaxSize     uint64 // const: ceiling, metadata included, bytes
	Users       uint32 // const: slots
	Mode        uint32 // const: permission bits asked for
	Flags       uint64 // const: Flag…
	LockType    uint32 // const: Lock…
	HeapLines   uint32 // const: heap lines a user
	Lanes       uint32 // const: intent lanes a user
	RegionShift uint32 // const: log2 of pages a region
	AttachAddr  uint64 // const: base address asked for, 0 any
	HistorySize uint64 // const: records, 0 until full

	UsersOff   uint64 // const: first byte of each zone
	LedgersOff uint64 // const
	LanesOff   uint64 // const
	HeapsOff   uint64 // const
	RegionsOff uint64 // const
	StatesOff  uint64 // const
	BitsOff    uint64 // const
	TenantsOff uint64 // const
	GuardOff   uint64 // const
	DataOff    uint64 // const
	MaxPages   uint64 // const: pages of data at MaxSize
	Regions    uint64 // const

	Created      int64     // const: Unix nanoseconds
	Nonce        [2]uint64 // const: random; tells a file from its namesake
	Creator      uint32    // const: user id
	_pad0dc      uint32
	CompanionDev uint64     // const: the lock file of a System V arena
	CompanionIno uint64     // const
	CompanionID  uint64     // const: its nonce
	_reservedA   [33]uint64 // zero, covered by Checksum
	_constEnd    [0]uint64
	Committed    atomic.Uint64 // truth: pages of data that exist
	_pad208      [7]uint64
	Root         atomic.Uint64 // truth: the first datum
	_pad248      [7]uint64
	Epoch        atomic.Uint64 // truth: deaths recovered so far
	Freeze       atomic.Uint64 // truth: 0, or who has asked everybody to wait
	State        atomic.Uint64 // truth: reserved
	_pad298      [5]uint64
	Objects      atomic.Uint64 // hint: page and 1 of the newest run of objects; BitWord.Hint there leads on
	Names        atomic.Uint64 // truth: directory of names
	History      atomic.Uint64 // truth: offset of the ring of semaphore history
	HistoryState atomic.Uint64 // hint: bit 0 on, the rest entries lost
	RunIndex     atomic.Uint64 // hint: index of free runs
	_pad2e8      [3]uint64
	UsedPages    atomic.Int64  // hint: pages in use
	HighPages    atomic.Uint64 // hint: most pages ever in use
	_pad310      [6]uint64
	Setup        atomic.Uint32 // truth: LockWord of who is making the root
	_pad344      uint32
	_reservedB   [23]uint64 // zero
}

// Places in a header that other packages compute with.
const (
	HeaderSize = 1024
	ConstSize  = 0x200 // the part under Checksum
	SetupOff   = 0x340 // Setup, where it is named like an object

	CompanionIDOff = 0xf0 // CompanionID, where a finding names it
)

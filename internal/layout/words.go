package layout

// Lock words, 32 bits: waiters 1, inconsistent 1, slot 14, generation 16. Slot 0
// is nobody: a word that is not 0 then says that a dead owner left the lock
// (inconsistent), and the next one is told.
const (
	LockFree         uint32 = 0
	LockWaiters      uint32 = 1 << 0
	LockInconsistent uint32 = 1 << 1
	LockDead         uint32 = (1<<slotBits-1)<<2 | LockInconsistent // not recoverable: nobody ever holds it again
	LockOwner        uint32 = ^(LockWaiters | LockInconsistent)     // slot and generation
)

// LockWord names an owner; LockSlot and LockGen unpack it.
func LockWord(slot int, gen uint16) uint32 { return uint32(slot&0x3fff)<<2 | uint32(gen)<<16 }
func LockSlot(w uint32) int                { return int(w >> 2 & 0x3fff) }
func LockGen(w uint32) uint16              { return uint16(w >> 16) }

// LockLost says that a lock cannot be used any more.
func LockLost(w uint32) bool { return LockSlot(w) == 1<<slotBits-1 }

// SemaWord is a semaphore's Word.
//
//	bits 0..21   units that are free
//	22..35       lane of the latest operation with undo
//	36..61       its sequence
//	62           somebody has waited long: nobody else takes a unit first
//	63           the semaphore is watched: its Flags say how
type SemaWord uint64

const (
	semaValueBits = 22
	semaLane      = 22
	semaSeq       = 36
	semaSeqBits   = 26

	SemaMost              = 1<<semaValueBits - 1 // units
	SemaStarving          = SemaWord(1) << 62
	SemaWatched           = SemaWord(1) << 63
	semaTag      SemaWord = (1<<(slotBits+semaSeqBits) - 1) << semaLane
)

// Value is the number of free units.
func (w SemaWord) Value() int { return int(w & SemaMost) }

// WithValue is the word with other units.
func (w SemaWord) WithValue(n int) SemaWord { return w&^SemaMost | SemaWord(n)&SemaMost }

// Lane and Seq are the tag.
func (w SemaWord) Lane() int   { return int(w >> semaLane & (1<<slotBits - 1)) }
func (w SemaWord) Seq() uint32 { return uint32(w >> semaSeq & (1<<semaSeqBits - 1)) }

// Tagged is the word with another tag.
func (w SemaWord) Tagged(lane int, seq uint32) SemaWord {
	return w&^semaTag | SemaWord(lane&(1<<slotBits-1))<<semaLane | SemaWord(seq&(1<<semaSeqBits-1))<<semaSeq
}

// BarrierWord is a barrier's Word.
//
//	bit 0        broken
//	1..31        phase
//	32..63       parties that have arrived
type BarrierWord uint64

// BarrierBroken is set until Reset.
const BarrierBroken BarrierWord = 1

// MakeBarrier packs an unbroken barrier's word.
func MakeBarrier(phase, count uint32) BarrierWord {
	return BarrierWord(phase&(1<<31-1))<<1 | BarrierWord(count)<<32
}

// EarlierPhase says that phase a comes before b, modulo their width.
func EarlierPhase(a, b uint32) bool { return int32((a-b)<<1) < 0 }

// Fields.
func (w BarrierWord) Phase() uint32 { return uint32(w) >> 1 }
func (w BarrierWord) Count() uint32 { return uint32(w >> 32) }
func (w BarrierWord) Broken() bool  { return w&BarrierBroken != 0 }

// LaneOp is a lane's Op: bits 0 to 7 operation, 8 to 63 sequence. The sequence
// counts the lane's operations and stays when the operation is over.
func LaneOp(op uint8, seq uint64) uint64 { return uint64(op) | seq<<8 }
func OpOf(w uint64) uint8                { return uint8(w) }
func SeqOf(w uint64) uint64              { return w >> 8 }

// NextSeq is the sequence after seq. Tags hold its low bits; those that are 0
// say that there was no operation yet, so such a sequence is left out.
func NextSeq(seq uint64) uint64 {
	if seq++; seq&(1<<cellSeqBits-1) == 0 {
		seq++
	}
	return seq & (1<<56 - 1)
}

// SemaSeq and CellSeq are a sequence as the tags of semaphores and of cells hold
// it.
func SemaSeq(seq uint64) uint32 { return uint32(seq) & (1<<semaSeqBits - 1) }
func CellSeq(seq uint64) uint32 { return uint32(seq) & (1<<cellSeqBits - 1) }

// NewerSeq says that sequence a comes after b, modulo their width.
func NewerSeq(a, b uint32) bool { return int32((a-b)<<(32-semaSeqBits)) > 0 }

// Operations of a lane.
const (
	LaneIdle   = 0
	LaneP      = 1 // a unit is taken: Args semaphore, its generation, units held before
	LaneV      = 2 // a unit is given: the same
	LaneReturn = 3 // recovery gives back all units: the same

	LaneMalloc  = 4 // a block is made for a cell: Args cell, new block
	LaneRealloc = 5 // a cell's block is exchanged: Args cell, new block, old block
	LaneFree    = 6 // a cell's block is taken out of it: Args cell, 0, old block
	LaneDrop    = 7 // a block that nobody else knows of is freed: Args 0, 0, 0, block

	// LaneLarge marks a new block and one that is freed as large: what stands at
	// its offset later may be another, small one.
	LaneLarge = 1
)

// Wait words of a ledger: what a user waits for.
//
//	bits 0..31   offset of the object / ObjectUnit
//	32..47       goroutines that wait
//	48..51       Waiting…
func WaitWord(off Offset, n int, how uint8) uint64 {
	return off/ObjectUnit&(1<<32-1) | uint64(min(n, 1<<16-1))<<32 | uint64(how&15)<<48
}
func WaitObject(w uint64) Offset { return Offset(w&(1<<32-1)) * ObjectUnit }
func WaitCount(w uint64) int     { return int(w >> 32 & (1<<16 - 1)) }
func WaitHow(w uint64) uint8     { return uint8(w >> 48 & 15) }

// Sleepers is the number of processes in an object's Waiters, bits 0 to 15. Each
// change adds SleeperChange to the rest.
func Sleepers(w uint32) uint32 { return w & (SleeperChange - 1) }

// SleeperChange is one change of Waiters.
const SleeperChange = 1 << 16

// How somebody waits.
const (
	Waiting      = 0
	WaitingRead  = 1 // for a reader-writer lock, to read
	WaitingDrain = 2 // holding it for writing, for readers to leave
	WaitingPoll  = 3 // queued at a pollable semaphore
)

// A pollable semaphore's word of a slot.
//
//	bits 0..1    PollNone, PollQueued, PollGranted
//	32..63       ticket: the order of queueing
const (
	PollNone    = 0
	PollQueued  = 1
	PollGranted = 2
)

func PollState(w uint64) int     { return int(w & 3) }
func PollTicket(w uint64) uint32 { return uint32(w >> 32) }
func PollWord(state int, ticket uint32) uint64 {
	return uint64(state&3) | uint64(ticket)<<32
}

// HistoryState of the header: bit 0 on, bits 1 to 63 entries lost.
const HistoryOn uint64 = 1

// RefWord is an object's offset and generation as structs in an arena store them:
// bits 0 to 31 the offset / ObjectUnit, 32 to 63 the generation.
func RefWord(off Offset, gen uint32) uint64 { return off/ObjectUnit | uint64(gen)<<32 }
func RefOffset(w uint64) Offset             { return Offset(uint32(w)) * ObjectUnit }
func RefGen(w uint64) uint32                { return uint32(w >> 32) }

// CellWord is a cell's word: the offset of a block, and the tag of the latest
// operation that allocated, exchanged or freed what the cell holds in one step.
//
//	bits 0..33   offset / CellUnit
//	34..47       lane
//	48..63       low bits of its sequence, 0 for no operation yet
type CellWord uint64

const (
	CellUnit            = 16
	CellOffset CellWord = 1<<34 - 1

	cellLane    = 34
	cellSeq     = 48
	cellSeqBits = 16
)

// Fields.
func (w CellWord) Offset() Offset { return Offset(w&CellOffset) * CellUnit }
func (w CellWord) Lane() int      { return int(w >> cellLane & (1<<slotBits - 1)) }
func (w CellWord) Seq() uint32    { return uint32(w >> cellSeq) }

// WithOffset is the word with another block and the same tag.
func (w CellWord) WithOffset(off Offset) CellWord {
	return w&^CellOffset | CellWord(off/CellUnit)&CellOffset
}

// Tagged is the word with another tag.
func (w CellWord) Tagged(lane int, seq uint64) CellWord {
	return w&CellOffset | CellWord(lane&(1<<slotBits-1))<<cellLane | CellWord(CellSeq(seq))<<cellSeq
}

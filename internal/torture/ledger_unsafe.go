package torture

import (
	"fmt"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	maxProcs = 64
	lanes    = 3  // of a process: two goroutines that work, one that joins and leaves
	heldMax  = 24 // blocks that a lane holds at a time
	maxSlots = 128
	gens     = 1 << 16
	ledgerFD = 3 // in a worker: the first file that it inherits

	// room is how far arenas of a storm grow. An entry stands for 16 bytes of it.
	room    = 64 << 20
	entries = (room + room/8) / 16 // offsets count from the file's start, tables included
)

// ledger is memory that the killer and all workers share, in a file of its own:
// nothing that is wrong in the arena can hide by being wrong here as well.
type ledger struct {
	Pause  atomic.Uint32           // a number: workers stop before their next operation and show it
	Stop   atomic.Uint32           // workers free what they hold and leave
	Killer lane                    // of the killer itself
	Claims [ownCells]atomic.Uint32 // the lane that has a cell to itself
	Uses   [ownCells]atomic.Uint64 // how often one had
	Seats  [maxProcs]place
	Fates  [maxSlots][gens]atomic.Uint32 // of each user that ever was
	Book   [entries]atomic.Uint64        // entry of the block that begins there
}

// place is what one process tells.
type place struct {
	Lanes [lanes]lane
}

// lane is what one goroutine tells. Only it writes while its process lives.
type lane struct {
	Run     atomic.Uint32 // 1 at work, 0 not
	Ack     atomic.Uint32 // the Pause that it waits in
	Phase   atomic.Uint32 // what it is at
	User    atomic.Uint32 // whose name it works in: slot and generation
	Off     atomic.Uint64 // the block of the operation
	Entry   atomic.Uint64 // its entry, which the book no longer has
	Size    atomic.Uint64 // asked for
	New     atomic.Uint64 // where the operation's result is
	Cell    atomic.Uint64 // of its own
	Use     atomic.Uint64 // the how manieth of that
	Last    atomic.Int64  // when it finished the latest operation
	Ops     atomic.Uint64
	Full    atomic.Uint64 // refusals
	Told    atomic.Uint32 // owners that died, of which it was told
	_       uint32
	Revived atomic.Uint64 // dead users that it recovered
	Held    [heldMax]atomic.Uint64
}

// makeLedger makes the file. Its pages exist as they are touched.
func makeLedger() (*ledger, int, error) {
	fd, err := unix.MemfdCreate("usarena-torture", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, 0, fmt.Errorf("the ledger: %w", err)
	}
	if err := unix.Ftruncate(fd, int64(unsafe.Sizeof(ledger{}))); err != nil {
		unix.Close(fd)
		return nil, 0, fmt.Errorf("the ledger: %w", err)
	}
	l, err := mapLedger(fd)
	if err != nil {
		unix.Close(fd)
	}
	return l, fd, err
}

func mapLedger(fd int) (*ledger, error) {
	b, err := unix.Mmap(fd, 0, int(unsafe.Sizeof(ledger{})), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("the ledger: %w", err)
	}
	return (*ledger)(unsafe.Pointer(unsafe.SliceData(b))), nil
}

func (l *ledger) unmap() error {
	return unix.Munmap(unsafe.Slice((*byte)(unsafe.Pointer(l)), unsafe.Sizeof(*l)))
}

// at is the place in the book of the block at off; nil beyond it.
func (l *ledger) at(off uint64) *atomic.Uint64 {
	if off%16 != 0 || off/16 >= entries {
		return nil
	}
	return &l.Book[off/16]
}

// fate is what became of a user.
func (l *ledger) fate(user uint32) *atomic.Uint32 { return &l.Fates[user>>16%maxSlots][user%gens] }

// word is 8 bytes of a block.
func word(base unsafe.Pointer, at uint64) *uint64 { return (*uint64)(unsafe.Add(base, at)) }

// wipe makes the book and the fates empty again.
func (l *ledger) wipe(fd int) error {
	from, end := unsafe.Offsetof(l.Fates), unsafe.Sizeof(*l)
	if err := unix.Fallocate(fd, unix.FALLOC_FL_PUNCH_HOLE|unix.FALLOC_FL_KEEP_SIZE, int64(from), int64(end-from)); err != nil {
		return fmt.Errorf("the ledger: %w", err)
	}
	return nil
}

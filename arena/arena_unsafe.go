package arena

import (
	"sync"
	"sync/atomic"
	"unsafe"

	"usarena/alloc"
	"usarena/internal/errs"
	"usarena/internal/layout"
	"usarena/internal/region"
	"usarena/internal/robust"
)

// Offset is a place in an arena: bytes from its start, 0 is nil. Everything that
// is stored in an arena refers to other places by offset, never by address.
type Offset = layout.Offset

// Arena is one attachment of this process to one arena: one user, in IRIX terms.
// All methods may be called from any number of goroutines.
//
// An Arena that is dropped without Close stays attached until the process ends.
type Arena struct {
	// limit is how many bytes of data are known to exist and to be mapped. Data
	// only ever grows, so what was inside once stays inside: the check of an
	// access needs this one word of ours and nothing shared. Close makes it 0,
	// which sends every access to the slow path, and that one to its panic.
	limit   uint64 // by sync/atomic; first, so that it is aligned on 386
	dataOff Offset
	data    unsafe.Pointer
	heap    *alloc.Heap // nil when read-only

	// refusal is what methods that change something return while heap is nil. A
	// plain field lets the compiler inline them.
	refusal error

	name   string
	region *region.Region
	consts *layout.Header // private copy; only its constants are used
	file   store
	keeper lifeline
	slot   int // 0 when read-only
	gen    uint16
	addr   uint64 // base address asked for by this process
	reaper reaper
	lookup *alloc.Heap   // read-only: finds blocks, allocates nothing
	table  *robust.Table // objects; nil when read-only

	// What region, heap and table point at: one piece of memory, since in a process
	// that has just started each piece faults twice.
	parts struct {
		region region.Region
		heap   alloc.Heap
		table  robust.Table
	}

	_    [64]byte // calls that enter the gate do not disturb those that do not
	gate gate

	described sync.Once
	poison    poison
	closing   sync.Mutex // Close is one at a time
	done      atomic.Bool
}

// Bytes is a window on n bytes at p: they may be read and written until the
// block is freed or the arena is closed. Its capacity is n. It panics with an
// error when they are not all inside the arena (ErrInvalid, ErrOutsideWindow) or
// the arena is closed (ErrClosed). Whether a block is live there is not asked.
func (a *Arena) Bytes(p Offset, n uint64) []byte {
	// at has bounded n, so this asks less than unsafe.Slice would.
	return (*[maxBytes]byte)(a.at(p, n))[:n:n]
}

// maxBytes is more than any window and fits an array type.
const maxBytes = 1<<(31+15*(^uint(0)>>63)) - 1

// Pointer is the address of the byte at p in this process. It panics as Bytes
// does. An address means nothing to other processes: store the offset.
func (a *Arena) Pointer(p Offset) unsafe.Pointer {
	rel := p - a.dataOff // wraps for offsets below
	if rel < atomic.LoadUint64(&a.limit) {
		return unsafe.Add(a.data, rel)
	}
	return a.pointerSlow(p)
}

// at is the address of n bytes at p.
func (a *Arena) at(p Offset, n uint64) unsafe.Pointer {
	rel, limit := p-a.dataOff, atomic.LoadUint64(&a.limit)
	if rel < limit && n <= limit-rel {
		return unsafe.Add(a.data, rel)
	}
	return a.atSlow(p, n)
}

// pointerSlow is a call of one argument, which leaves Pointer small enough to be part of
// its caller.
//
//go:noinline
func (a *Arena) pointerSlow(p Offset) unsafe.Pointer { return a.atSlow(p, 1) }

// atSlow looks again: the arena may have grown since. It panics when the bytes
// are not there.
//
//go:noinline
func (a *Arena) atSlow(p Offset, n uint64) (ptr unsafe.Pointer) {
	var out error
	a.mustGuard("access", func() {
		if ptr = a.look(p, n); ptr == nil {
			out = a.outside("access", p, n)
		}
	})
	if out != nil {
		panic(out)
	}
	return ptr
}

// look is atSlow inside the gate; nil when the bytes are not there.
func (a *Arena) look(p Offset, n uint64) unsafe.Pointer {
	ptr := a.region.Pointer(p, n)
	if ptr == nil || n > maxInt {
		return nil
	}
	// The gate was open, so Close has not zeroed it yet and will do so later.
	atomic.StoreUint64(&a.limit, a.region.Visible()<<layout.PageShift)
	if a.gate.closed() { // unless the mapping was lost meanwhile
		atomic.StoreUint64(&a.limit, 0)
	}
	return ptr
}

// maxInt is the greatest length of a slice in this process.
const maxInt = uint64(^uint(0) >> 1)

// outside says where n bytes at p are, since they are not where they should be.
func (a *Arena) outside(op string, p Offset, n uint64) error {
	r := a.region
	end, window := r.OffsetOf(r.Committed()), r.OffsetOf(r.Window)
	if p >= r.Geo.DataOff && n <= end && p <= end-n && end > window {
		return errs.Wrap(errs.OutsideWindow, op, "%s: %d bytes at %#x, this process sees the arena up to %#x (create it with Share32, or use a 64-bit process without ulimit -v)", a.name, n, p, window)
	}
	return errs.Wrap(errs.Invalid, op, "%s: %d bytes at %#x are outside the arena, its data is %#x to %#x", a.name, n, p, r.Geo.DataOff, end)
}

// mustEnter enters the gate for calls that cannot return an error.
func (a *Arena) mustEnter(op string) {
	if !a.gate.enter() {
		panic(a.closedError(op))
	}
}

// closedError is why the gate is closed.
func (a *Arena) closedError(op string) error {
	if !a.done.Load() {
		if err := a.region.Lost(op); err != nil {
			return err
		}
	}
	return errs.Wrap(errs.Closed, op, "%s: this process has closed it", a.name)
}

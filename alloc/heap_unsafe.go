package alloc

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"usarena/internal/errs"
	"usarena/internal/fault"
	"usarena/internal/layout"
	"usarena/internal/region"
	"usarena/internal/robust"
)

// Attachment is what a Heap needs to know of its user.
type Attachment struct {
	Region  *region.Region
	Slot    int           // user slot, 1..Users
	Gen     uint16        // its generation
	Oracle  robust.Oracle // who has died
	Lanes   *robust.Lanes // of intents, shared with package robust; nil: the heap's own
	Recover func() int    // takes over dead users and says how many; may be nil
	Idle    func()        // called now and then while heaps hold spans; may be nil
	Into    *Heap         // where it is made, all zero; nil: anew
}

// Heap allocates from one arena on behalf of one user. All methods may be called
// from any goroutine.
type Heap struct {
	// Read by every call, written rarely.
	dataOff uint64
	bits    unsafe.Pointer
	data    unsafe.Pointer
	limit   atomic.Uint32 // pages known to exist and to be visible
	procs   []place       // by processor; one beyond has no heap
	known   pageTable     // there before the first heap is

	r      *region.Region
	slot   int
	gen    uint16
	me     uint32 // lock word
	oracle robust.Oracle
	lanes  *robust.Lanes
	rescue func() int
	onIdle func()
	name   string

	budget int // pages that one processor's heap may always keep; 0: none are kept

	life      sync.RWMutex // read: a slow call in progress; write: Close
	closed    bool
	company   atomic.Bool  // others use the arena, as was last seen
	noHeaps   atomic.Bool  // an option asks for the slow path
	mu        sync.Mutex   // creation and emptying of processor heaps
	heaps     atomic.Int32 // processor heaps made so far
	asked     atomic.Bool  // for a heap, once at least
	slowFrees atomic.Uint32
	trimmer   atomic.Bool
	born      time.Time // what heaps' times count from

	seq       atomic.Uint32                 // of the next new span
	damage    atomic.Bool                   // nonsense was met in a state word
	looks     atomic.Uint32                 // for free runs
	lastFound [32]atomic.Uint64             // region where one was found, by the length's bits
	roomless  atomic.Uint64                 // pages taken beyond the most ever used since empty spans were looked for
	roomSkip  atomic.Uint64                 // so many may be, before they are again
	cursors   [layout.Classes]atomic.Uint64 // page where the next disowned span is looked for
	noticed   [layout.Classes]noticed

	options   options
	leaveSlot func() // gives the slot back, where no package above does
}

// classInfo is a class as the fast path wants it.
type classInfo struct {
	size          uint64
	magic, blocks uint32
}

// classes are all of them; those that do not exist have no blocks.
var classes = func() (list [128]classInfo) {
	for c, t := range layout.ClassTable {
		list[c] = classInfo{uint64(t.Size), t.Magic, uint32(t.Blocks)}
	}
	return list
}()

// Attach makes a heap for a user whose slot is live. It starts nothing.
func Attach(at Attachment) *Heap {
	r := at.Region
	h := at.Into
	if h == nil {
		h = new(Heap)
	}
	h.r, h.slot, h.gen, h.me = r, at.Slot, at.Gen, layout.LockWord(at.Slot, at.Gen)
	h.oracle, h.rescue, h.onIdle, h.name = at.Oracle, at.Recover, at.Idle, r.Name
	h.dataOff, h.born = r.Geo.DataOff, time.Now()
	if h.oracle == nil {
		h.oracle = robust.Nobody{}
	}
	if h.lanes = at.Lanes; h.lanes == nil && h.slot > 0 {
		h.lanes = robust.NewLanes(r, h.slot)
	}
	_, h.bits, h.data = r.Zones()
	h.procs = make([]place, min(max(procs(), runtime.NumCPU(), 16), layout.InHand))
	h.budget = keepPages(r.Geo.MaxPages)
	h.options.init()
	h.refresh()
	return h
}

// keepPages bounds what one processor's heap keeps for itself while pages are
// short (see allowance): about 1/64 of the arena for all of them together, and
// nothing where that is hardly a span.
func keepPages(pages uint64) int {
	n := int(min(pages/64, 1<<20)) / procs()
	if n < 8 {
		return 0
	}
	return min(n, 1<<14)
}

// refresh looks how far the arena has grown.
func (h *Heap) refresh() uint64 {
	n := h.r.Visible()
	h.limit.Store(uint32(n)) // there are at most 1<<28
	return n
}

// begin starts a slow call; it fails when the heap is closed or the mapping lost.
func (h *Heap) begin(op string) error {
	h.life.RLock()
	if h.closed {
		h.life.RUnlock()
		return errs.Wrap(errs.Closed, op, "%s", h.name)
	}
	if err := h.r.Lost(op); err != nil {
		h.life.RUnlock()
		return err
	}
	return nil
}

// end ends a slow call and makes a fault in it the call's error, see
// region.Caught. It is deferred itself, with what fault.Arm gave.
func (h *Heap) end(op string, err *error, before bool) {
	p := recover()
	fault.Disarm(before)
	h.life.RUnlock()
	h.r.Failed(op, err, p)
}

// Close disowns all spans of this process and turns its large blocks into
// blocks of the arena. Blocks stay allocated. It waits for calls in progress;
// later calls give ErrClosed. Killed in between, the rest is recovered.
func (h *Heap) Close() error {
	h.life.Lock()
	defer h.life.Unlock()
	if h.closed {
		return nil
	}
	h.closed = true
	if h.r.Lost("close") != nil {
		h.Abandon()
		return nil
	}
	return h.leaveArena()
}

// keepLarge gives this user's large blocks to nobody in particular.
func (h *Heap) keepLarge() {
	for p, n := uint64(0), h.refresh(); p < n; p++ {
		s := h.r.Load(p)
		if s.Kind() == layout.Large && s.Slot() == h.slot && s.Gen() == h.gen {
			for s.Kind() == layout.Large && s.Slot() == h.slot && !h.cas(p, s, layout.LargeRun(s.Len(), 0, 0)) {
				s = h.r.Load(p)
			}
		}
	}
}

// cas changes a page's state word.
func (h *Heap) cas(page uint64, old, new layout.State) bool {
	return h.r.State(page).CompareAndSwap(uint64(old), uint64(new))
}

// idle is how long a heap must be left alone before its spans are disowned.
const idle = 100 * time.Millisecond

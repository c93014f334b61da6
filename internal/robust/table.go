package robust

import (
	"sync"
	"sync/atomic"

	"usarena/internal/errs"
	"usarena/internal/fault"
	"usarena/internal/layout"
	"usarena/internal/region"
)

// Host is what an arena does for its objects.
type Host struct {
	// Enter begins a call that Close waits for, Leave ends it.
	Enter func(op string) error
	Leave func()
	// NewRun makes a run of free records of a class and gives its page.
	NewRun func(class int) (uint64, error)
	// Recover recovers the user of a slot if it is dead.
	Recover func(slot int)
	// Pid is this process for people.
	Pid int
	// Lanes are shared with the allocator; nil where there is none.
	Lanes *Lanes
	// Into is where the table is made, all zero; nil: anew.
	Into *Table
}

// Table is one user's view of the objects of an arena. Its methods may be called
// from any goroutine.
type Table struct {
	region *region.Region
	oracle Oracle
	host   Host
	slot   int
	gen    uint16
	me     uint32

	closed atomic.Bool

	mu      sync.Mutex
	runs    map[int]*runs // by class
	newest  uint64        // what Header.Objects was when runs were last looked for
	handles map[layout.Offset]handle

	tended atomic.Int64 // when Tend last looked
	tendAt atomic.Int64 // and how far it got
	lanes  *Lanes       // the first one guards the user's counts, see undo.go
	waits  waits
	local  sync.Once
	any    any
}

// Handle is what package sync keeps of one object.
type Handle interface {
	// Shut wakes whoever waits in this process, because the arena closes.
	Shut()
}

type handle struct {
	Handle
	gen uint32
}

// NewTable is the view of the user in slot. Nothing of the arena is touched.
func NewTable(g *region.Region, slot int, gen uint16, o Oracle, h Host) *Table {
	if h.Lanes == nil {
		h.Lanes = NewLanes(g, slot)
	}
	t := h.Into
	if t == nil {
		t = new(Table)
	}
	t.region, t.oracle, t.host, t.lanes = g, o, h, h.Lanes
	t.slot, t.gen, t.me = slot, gen, layout.LockWord(slot, gen)
	return t
}

// Local is what package sync keeps beside the table, made once.
func (t *Table) Local(mk func() any) any {
	t.local.Do(func() { t.any = mk() })
	return t.any
}

// Enter begins a call; errs.Closed after Close. Leave ends it.
func (t *Table) Enter(op string) error { return t.host.Enter(op) }

// Leave ends what Enter began.
func (t *Table) Leave() { t.host.Leave() }

// End is Leave for calls that touch the arena: a fault becomes the call's error,
// see region.Caught. It is deferred itself, with what fault.Arm gave.
func (t *Table) End(op string, err *error, before bool) {
	p := recover()
	fault.Disarm(before)
	t.host.Leave()
	t.region.Failed(op, err, p)
}

// Name is the arena's, for errors.
func (t *Table) Name() string { return t.region.Name }

// Pid is this process, for people.
func (t *Table) Pid() int { return t.host.Pid }

// Slot is this user's slot.
func (t *Table) Slot() int { return t.slot }

// Users is the number of slots.
func (t *Table) Users() int { return int(t.region.Geo.Users) }

// Region is the mapping.
func (t *Table) Region() *region.Region { return t.region }

// Claim takes the byte of the slot of a user that is gone.
func (t *Table) Claim(slot int) (release func(), ok bool) { return t.oracle.Claim(slot) }

// Closed says that Shut has begun: whoever waits gives up.
func (t *Table) Closed() bool { return t.closed.Load() }

// ClosedError is what calls return from then on.
func (t *Table) ClosedError(op string) error {
	if err := t.region.Lost(op); err != nil {
		return err
	}
	return errs.Wrap(errs.Closed, op, "%s: this process has closed it", t.region.Name)
}

// Shut ends all waits of this process and begins the end of the table.
func (t *Table) Shut() {
	t.closed.Store(true)
	t.mu.Lock()
	all := make([]Handle, 0, len(t.handles))
	for _, h := range t.handles {
		all = append(all, h.Handle)
	}
	t.mu.Unlock()
	for _, h := range all {
		t.shut(h)
	}
}

func (t *Table) shut(h Handle) {
	defer t.region.Caught("close", nil, fault.Arm())
	h.Shut()
}

// Pages lists the pages with objects that this process has handles of, by their
// offsets.
func (t *Table) Pages() []uint64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	seen := map[uint64]bool{}
	var list []uint64
	for off := range t.handles {
		if page := off &^ layout.PageMask; !seen[page] {
			seen[page] = true
			list = append(list, page)
		}
	}
	return list
}

// Handle is this process's handle of a live object: the one that is there, or
// what mk makes.
func (t *Table) Handle(r Record, gen uint32, mk func() Handle) Handle {
	t.mu.Lock()
	defer t.mu.Unlock()
	if h, ok := t.handles[r.Off]; ok && h.gen == gen {
		return h.Handle
	}
	if t.handles == nil {
		t.handles = map[layout.Offset]handle{}
	}
	h := mk()
	t.handles[r.Off] = handle{h, gen}
	return h
}

// Used says that this process has had a handle of some object. Without one it
// holds nothing and waits for nothing.
func (t *Table) Used() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.handles != nil
}

// forget drops the handle of an object that is freed.
func (t *Table) forget(off layout.Offset) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.handles, off)
}

// Find checks that a live object of a kind begins at off. errs.NotAllocated,
// errs.WrongObject.
func (t *Table) Find(op string, off layout.Offset, kind layout.ObjectKind) (Record, layout.ObjectHead, error) {
	r := recordAt(t.region, off)
	if r.Object == nil {
		if page := (off - t.region.Geo.DataOff) >> layout.PageShift; off >= t.region.Geo.DataOff && page >= t.region.Window && page < t.region.Committed() {
			return r, 0, errs.Wrap(errs.OutsideWindow, op, "%s: offset %#x is in page %d, this process sees %d", t.region.Name, off, page, t.region.Window)
		}
		return r, 0, errs.Wrap(errs.NotAllocated, op, "%s: no object begins at %#x", t.region.Name, off)
	}
	h := layout.ObjectHead(r.Head.Load())
	if h.State() != layout.ObjectLive {
		return r, 0, errs.Wrap(errs.NotAllocated, op, "%s: the object at %#x was freed", t.region.Name, off)
	}
	if h.Kind() != kind {
		return r, 0, errs.Wrap(errs.WrongObject, op, "%s: %s at %#x, a %s is needed", t.region.Name, h.Kind(), off, kind)
	}
	if r.Size < layout.RecordSize(kind, h.Options(), t.region.Geo.Users) {
		return r, 0, errs.Wrap(errs.Corrupt, op, "%s: %s at %#x has %d bytes", t.region.Name, kind, off, r.Size)
	}
	return r, h, nil
}

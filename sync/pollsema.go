package sync

import (
	"io/fs"
	gosync "sync"
	"sync/atomic"
	"syscall"
	"time"

	"usarena/arena"
	"usarena/internal/errs"
	"usarena/internal/fault"
	"usarena/internal/layout"
	"usarena/internal/robust"
)

// PollSema is a semaphore whose P never waits: it queues the process, and a
// descriptor becomes readable when the process has its unit. The descriptor works
// in poll, select and epoll beside others, and there is a Go channel. A process
// that is queued sleeps until somebody gives; it costs nothing meanwhile. What a
// process has taken is lost with it when it dies; a place in the queue is not. A
// *PollSema is this process's handle; it must not be copied. IRIX: usema_t of
// usnewpollsema.
type PollSema struct {
	_     noCopy
	s     *space
	r     robust.Record
	head  layout.ObjectHead
	freed atomic.Bool
	race  raceMark

	mu      gosync.Mutex
	queued  bool
	ticket  uint32
	since   time.Time // when a unit was first seen that somebody before us may take
	granted bool      // a unit has come by the queue, and nothing was done since
	fd      int       // event descriptor, -1 none
	ready   chan struct{}
}

// NewPollSema makes a pollable semaphore with value free units, 0 to SemaMost:
// ErrInvalid otherwise. It belongs to the arena and stays until Free. ErrNoSpace
// when the arena is full. IRIX: usnewpollsema.
func NewPollSema(a *arena.Arena, value int) (_ *PollSema, err error) {
	const op = "new pollsema"
	s, err := enter(a, op)
	if err != nil {
		return nil, err
	}
	defer s.t.End(op, &err, fault.Arm())
	if value < 0 || value > SemaMost {
		return nil, errs.Wrap(errs.Invalid, op, "%s: value %d, 0 to %d are possible", a.Name(), value, SemaMost)
	}
	return newObject(s, op, layout.PollSemaObject, 0, func(r robust.Record) {
		r.Word.Store(uint64(layout.SemaWord(0).WithValue(value)))
	}, pollFrom)
}

// PollSemaAt is the semaphore at off, in any process. ErrNotAllocated,
// ErrWrongObject.
func PollSemaAt(a *arena.Arena, off arena.Offset) (*PollSema, error) {
	return objectAt(a, "pollsema at", off, layout.PollSemaObject, pollFrom)
}

func pollFrom(s *space, r robust.Record, head layout.ObjectHead) *PollSema {
	return handleOf(s, r, head, func() *PollSema {
		return &PollSema{s: s, r: r, head: head, fd: -1, ready: make(chan struct{}, 1)}
	})
}

// Open is the descriptor of this process: readable once P has said false and the
// unit has come. It stays so until the next P or V of this process. Opening again
// gives the same; Close closes it, and so does closing the arena. mode is checked and not used: who may join the
// arena may open. IRIX: usopenpollsema.
func (p *PollSema) Open(mode fs.FileMode) (fd int, err error) {
	const op = "open pollsema"
	t, err := p.begin(op)
	if err != nil {
		return -1, err
	}
	defer t.End(op, &err, fault.Arm())
	if mode&^fs.ModePerm != 0 {
		return -1, errs.Wrap(errs.Invalid, op, "%s: mode %v, permission bits only", t.Name(), mode)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fd < 0 {
		if p.fd, err = newEvent(); err != nil {
			p.fd = -1
			return -1, err
		}
		if p.granted {
			setEvent(p.fd)
		}
	}
	return p.fd, nil
}

// IsOpen says whether this process has opened the descriptor.
func (p *PollSema) IsOpen() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.fd >= 0
}

// C is a channel that gets a value whenever the descriptor becomes readable; it
// works without Open.
func (p *PollSema) C() <-chan struct{} { return p.ready }

// P takes a unit, or queues this process and returns false: then the descriptor
// and the channel tell when it has one. While queued, another P is ErrQueued.
// IRIX: uspsema.
func (p *PollSema) P() (_ bool, err error) {
	const op = "p"
	t, err := p.begin(op)
	if err != nil {
		return false, err
	}
	defer t.End(op, &err, fault.Arm())
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.queued {
		return false, errs.Wrap(errs.Queued, op, "%s: pollsema at %#x: wait for its descriptor", t.Name(), p.r.Off)
	}
	p.settle()
	if !t.AnyQueued(p.r) {
		if ok, _ := t.TakeUnit(p.r, true); ok { // model: Q1
			p.race.acquire()
			return true, nil
		}
	}
	p.enqueue()
	if granted, _ := p.look(); granted {
		p.granted = false // it is ours by this call
		p.race.acquire()
		return true, nil
	}
	p.s.ringer.add(p.s, p)
	return false, nil
}

// V gives a unit. IRIX: usvsema.
func (p *PollSema) V() (err error) {
	const op = "v"
	p.race.release()
	t, err := p.begin(op)
	if err != nil {
		return err
	}
	defer t.End(op, &err, fault.Arm())
	p.settled()
	p.s.giving.Lock()
	defer p.s.giving.Unlock()
	t.Gives(p.r.Off)                                   // model: W1
	defer t.Gives(0)                                   // model: W5
	t.Ring(p.r)                                        // model: W2
	if _, err := t.GiveUnits(op, p.r, 1); err != nil { // model: W3
		return err
	}
	t.Ring(p.r) // model: W4
	return nil
}

// settled is settle for those who do not hold p.mu.
func (p *PollSema) settled() {
	p.mu.Lock()
	defer p.mu.Unlock() // also when the arena faults
	p.settle()
}

// TryP takes a unit if one is free and nobody is queued. It queues nothing. IRIX:
// uscpsema.
func (p *PollSema) TryP() (_ bool, err error) {
	t, err := p.begin("try p")
	if err != nil {
		return false, err
	}
	defer t.End("try p", &err, fault.Arm())
	if t.AnyQueued(p.r) {
		return false, nil
	}
	ok, _ := t.TakeUnit(p.r, true)
	if ok {
		p.race.acquire()
	}
	return ok, nil
}

// Value is the number of free units, or, below zero, of users that are queued.
// IRIX: ustestsema.
func (p *PollSema) Value() (_ int, err error) {
	t, err := p.begin("value")
	if err != nil {
		return 0, err
	}
	defer t.End("value", &err, fault.Arm())
	if v := layout.SemaWord(p.r.Word.Load()).Value(); v > 0 {
		return v, nil
	}
	n, _ := t.Queued(p.r, p.r.Event.Load()+1)
	return -n, nil
}

// Close closes the descriptor and gives up this process's place in the queue.
// syscall.EBADF if it is not open. IRIX: usclosepollsema.
func (p *PollSema) Close() (err error) {
	t, err := p.begin("close pollsema")
	if err != nil {
		return err
	}
	defer t.End("close pollsema", &err, fault.Arm())
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fd < 0 {
		return errs.Wrap(syscall.EBADF, "close pollsema", "%s: pollsema at %#x is not open", t.Name(), p.r.Off)
	}
	p.settle()
	if p.queued {
		p.dequeue(layout.PollNone)
		t.Ring(p.r)          // the next one may have been waiting for us to take
		t.RingBell(t.Slot()) // our own ringer has nothing to wait for here
	}
	err = closeEvent(p.fd)
	p.fd = -1
	return err
}

// Free frees the semaphore. ErrBusy while this process has it open or is queued.
// IRIX: usfreepollsema.
func (p *PollSema) Free() (err error) {
	const op = "free pollsema"
	t, err := p.begin(op)
	if err != nil {
		return err
	}
	defer t.End(op, &err, fault.Arm())
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fd >= 0 || p.queued {
		return errs.Wrap(errs.Busy, op, "%s: pollsema at %#x is open in this process; Close it first", t.Name(), p.r.Off)
	}
	if err := t.Free(op, p.r, p.head); err != nil {
		return err
	}
	p.freed.Store(true)
	return nil
}

// Offset is where the semaphore is, for PollSemaAt in any process.
func (p *PollSema) Offset() arena.Offset { return p.r.Off }

func (p *PollSema) begin(op string) (*robust.Table, error) {
	return begin(p.s.t, op, p.r, p.head, &p.freed)
}

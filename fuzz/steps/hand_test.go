//go:build linux && amd64

package steps

import (
	"fmt"
	"math/rand/v2"
	"runtime"

	"golang.org/x/sys/unix"

	"usarena/arena"
	"usarena/internal/worker"
)

// task is what a hand is told first.
type task struct {
	Arena  string
	Op     string
	Seed   uint64
	Theirs []arena.Offset // blocks of others that it may free
	Things things
}

// needs is what it answers, having done what comes before the operation.
type needs struct {
	Slot  int
	Freed []arena.Offset // of theirs
	Give  []arena.Offset // its blocks that the survivor shall free
	Sizes []uint64       // blocks that the survivor shall allocate
	Do    string         // something else that the survivor shall do
	Skip  string         // why this start state is none for the operation
}

// ready is what it says when the next thing is the operation.
type ready struct {
	Tid  int
	Aim  aim
	Held []arena.Offset // its blocks
}

// aim is what an operation may change of what is allocated.
type aim struct {
	Frees   []arena.Offset // freed at the end
	Adds    int            // blocks that are new at the end
	Resizes arena.Offset   // a block whose size changes
	Cell    arena.Offset   // a cell that is changed in the same step, 0 none
	Was     arena.Offset   // the block that it led to
	Keeps   arena.Offset   // an orphan that becomes an ordinary block
	Moves   uint64         // so many bytes of the freed block are in the new one
}

// done is the end.
type done struct {
	Got arena.Offset
	Err string
}

// hand is the process that is stepped.
type hand struct {
	name   string
	a      *arena.Arena // nil before it has joined
	r      *rand.Rand
	held   []arena.Offset // its blocks
	theirs []arena.Offset // blocks of others, not freed yet
	freed  []arena.Offset
	cell   arena.Offset
	things things
	given  []arena.Offset // what the survivor allocated for it
	keep   any            // between the parts of an operation
}

func init() {
	role("hand", func(s *worker.Side) error {
		s.Follow()
		runtime.MemProfileRate = 0 // no samples in between
		return onOtherThread(func() error { return work(s) })
	})
}

// onOtherThread runs f locked to a thread that is not the process's first: whose
// end is its parent's business.
func onOtherThread(f func() error) error {
	end := make(chan error)
	go func() {
		runtime.LockOSThread()
		if unix.Gettid() == unix.Getpid() {
			end <- onOtherThread(f)
			return
		}
		end <- f()
	}()
	return <-end
}

// work does one operation for the tracer.
func work(s *worker.Side) error {
	var tk task
	if err := s.Hear(&tk); err != nil {
		return err
	}
	op := operationCalled(tk.Op)
	h := &hand{name: tk.Arena, r: choices(tk.Seed, 2), theirs: tk.Theirs, things: tk.Things}
	n := needs{}
	if err := h.prepare(op, &n); err != nil {
		return err
	}
	if h.a != nil {
		n.Slot = h.a.Self().Slot
	}
	n.Freed = h.freed
	if err := s.Tell(n); err != nil || n.Skip != "" {
		return err
	}
	if err := s.Hear(&h.given); err != nil {
		return err
	}
	do, am, err := op.aim(h)
	if err != nil {
		return err
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m) // as Close does; the first time Go's runtime makes room for what it notes
	if err := s.Tell(ready{Tid: unix.Gettid(), Aim: am, Held: h.held}); err != nil {
		return err
	}
	got, err := h.between(do)
	d := done{Got: got}
	if err != nil {
		d.Err = err.Error()
	}
	return s.Tell(d)
}

// prepare brings the hand into the arena and does what comes before.
func (h *hand) prepare(op *operation, n *needs) (err error) {
	if op.joins {
		return nil
	}
	if h.a, err = arena.Join(h.name); err != nil {
		return err
	}
	h.churn(op.before)
	if op.setup == nil {
		return nil
	}
	err = op.setup(h, n)
	if full(err) {
		n.Skip, err = err.Error(), nil
	}
	return err
}

// between does the operation between two marks. It waits without giving its
// processor up, so that meanwhile nothing else runs in this process; then it
// lets everything run that wanted to.
func (h *hand) between(do func() (arena.Offset, error)) (arena.Offset, error) {
	if err := readRaw(3); err != nil {
		return 0, fmt.Errorf("wait for the tracer: %w", err)
	}
	pid, tid := uintptr(unix.Getpid()), uintptr(unix.Gettid())
	runtime.Gosched()
	unix.RawSyscall(unix.SYS_TGKILL, pid, tid, uintptr(mark))
	got, err := do()
	unix.RawSyscall(unix.SYS_TGKILL, pid, tid, uintptr(mark))
	return got, err
}

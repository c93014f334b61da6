package us

import (
	"fmt"
	"io/fs"
	"syscall"

	"usarena/arena"
	"usarena/internal/errs"
	"usarena/sync"
)

// NewPollSema makes a pollable semaphore of val free units. Errors as NewSema.
// IRIX: usnewpollsema.
func NewPollSema(a *arena.Arena, val int) (*sync.PollSema, error) {
	if err := given("new pollsema", a); err != nil {
		return nil, err
	}
	p, err := sync.NewPollSema(a, val)
	return p, full(err)
}

// PollSemaAt is the pollable semaphore at off, as LockAt.
func PollSemaAt(a *arena.Arena, off arena.Offset) (*sync.PollSema, error) {
	if err := given("pollsema at", a); err != nil {
		return nil, err
	}
	return sync.PollSemaAt(a, off)
}

// OpenPollSema is the descriptor of this process, for poll and select among
// others. Opening it again gives the same one. Permission bits in mode are
// accepted and not needed: who may join the arena may open. IRIX: usopenpollsema.
func OpenPollSema(p *sync.PollSema, mode fs.FileMode) (int, error) { return p.Open(mode) }

// ClosePollSema closes the descriptor and gives up this process's place in the
// queue. EBADF if it is not open. Detach does not do it. IRIX: usclosepollsema.
func ClosePollSema(p *sync.PollSema) error { return p.Close() }

// FreePollSema frees the semaphore, which this process must have closed:
// arena.ErrBusy. a is its arena, as for FreeLock. IRIX: usfreepollsema.
func FreePollSema(p *sync.PollSema, a *arena.Arena) error {
	if err := belongs("free pollsema", p, a, sync.PollSemaAt); err != nil {
		return err
	}
	return p.Free()
}

// PPollSema is PSema with uspsema's return values. True: the unit is taken, and
// the descriptor will not tell. False: the process is queued; when the descriptor
// is readable the unit is this process's, without another call, and it stays
// readable until this process's next P, V or close. Whoever stops waiting may look
// at the descriptor again later, but must not call P again: a second P while
// queued is sync.ErrQueued and ERANGE, and changes nothing. EBADF if this process
// has not opened the semaphore.
func PPollSema(p *sync.PollSema) (bool, error) {
	if !p.IsOpen() {
		// A semaphore that is gone rather says so itself.
		if _, err := p.Value(); err != nil {
			return false, err
		}
		return false, errs.Wrap(syscall.EBADF, "p", "pollsema at %#x: this process has not opened it", p.Offset())
	}
	return p.P()
}

// queued is PSema's error for a process that has just been queued. Unlike that of
// a second P it is not ERANGE.
type queued struct{ off arena.Offset }

func (q queued) Error() string {
	return fmt.Sprintf("usarena: p: pollsema at %#x: no unit is free, this process is queued; its descriptor tells when it has one", q.off)
}

func (q queued) Is(target error) bool { return target == sync.ErrQueued }

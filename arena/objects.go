package arena

import (
	"strings"

	"usarena/alloc"
	"usarena/internal/errs"
	"usarena/internal/robust"
)

// Objects is what package sync makes locks, semaphores and barriers with.
// ErrReadOnly, ErrClosed.
func (a *Arena) Objects() (*robust.Table, error) {
	if err := a.usable("objects"); err != nil {
		return nil, err
	}
	return a.table, nil
}

// enterCall begins a call of package sync, which Close waits for.
func (a *Arena) enterCall(op string) error {
	if !a.gate.enter() {
		return a.closedError(op)
	}
	return nil
}

// leaveObjects takes this user out of all objects. The error names locks that it
// still holds; they look as after a death.
func (a *Arena) leaveObjects() error {
	var pages []uint64
	if a.table.Used() { // the header's word is a hint
		pages = alloc.ObjectRuns(a.region)
	}
	left := robust.Recover(a.region, pages, a.slot, a.gen, true)
	if left.Locks == 0 {
		return nil
	}
	return errs.Wrap(errs.Busy, "close", "%s: still held: %s; the next owner of each is told that its owner died", a.name, strings.Join(left.Held, ", "))
}

// recoverGone recovers a dead user for somebody who waits for what it may have.
func (a *Arena) recoverGone(slot int) {
	if a.seesAll() {
		a.recoverIfDead(slot)
	}
}

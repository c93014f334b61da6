package sync

import (
	"fmt"

	"usarena/internal/errs"
	"usarena/internal/layout"
	"usarena/internal/robust"
)

// The errors of this package, for errors.Is. They are never returned bare.
var (
	// ErrOwnerDied: the previous owner died holding the lock. The caller holds it.
	ErrOwnerDied = errs.OwnerDied
	// ErrNotRecoverable: an owner after a death unlocked without Recovered.
	ErrNotRecoverable = errs.NotRecoverable
	// ErrBroken: a party of the barrier died.
	ErrBroken = errs.Broken
	// ErrNotOwner: another user holds the lock.
	ErrNotOwner = errs.NotOwner
	// ErrNotLocked: nobody holds the lock.
	ErrNotLocked = errs.NotLocked
	// ErrWrongObject: the offset is that of an object of another kind.
	ErrWrongObject = errs.WrongObject
	// ErrQueued: this process is queued at the pollable semaphore already. Also
	// syscall.ERANGE, as on IRIX.
	ErrQueued = errs.Queued
)

func interrupted(op string, t *robust.Table, off layout.Offset, err error) error {
	return fmt.Errorf("usarena: %s: %s: object at %#x: %w", op, t.Name(), off, err)
}

func ownerDied(op string, t *robust.Table, off layout.Offset) error {
	return errs.Wrap(errs.OwnerDied, op, "%s: lock at %#x: it is held now; repair what it protects, then call Recovered", t.Name(), off)
}

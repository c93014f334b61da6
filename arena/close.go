package arena

import (
	"errors"
	"io/fs"
	"sync/atomic"

	"usarena/internal/errs"
	"usarena/internal/layout"
)

// Add makes this process a user. It is one already from the moment it joined, so
// Add only reports what is in the way: ErrClosed, ErrReadOnly. IRIX: usadd.
func (a *Arena) Add() error {
	if a.gate.closed() {
		return a.closedError("add")
	}
	if a.heap == nil {
		return a.readOnlyError("add")
	}
	return nil
}

// Close ends this attachment. It waits for calls in progress, leaves all blocks
// as ordinary blocks of the arena, gives the slot up and unmaps. The arena
// stays, with its contents. Addresses and slices handed out before must not be
// used afterwards. Closing again does nothing; later calls give ErrClosed.
// Killed inside, this is a death like any other. IRIX: usdetach.
func (a *Arena) Close() error {
	a.closing.Lock()
	defer a.closing.Unlock()
	if a.done.Load() {
		return nil
	}
	a.done.Store(true)
	stuck := a.poison.settle()
	a.reaper.stop()
	if a.table != nil {
		a.table.Shut() // who waits for a lock or semaphore is in a call
	}
	a.gate.close()
	atomic.StoreUint64(&a.limit, 0)

	all := []error{stuck}
	if a.heap != nil {
		all = append(all, a.leave())
	}
	all = append(all, a.region.Close())
	all = append(all, a.keeper.Close()) // model: A16. Only now somebody else may take the slot
	return errors.Join(append(all, a.file.Close())...)
}

// leave ends what this user has in the arena. After an error, and in a poisoned
// arena, the slot stays in use, so that others recover it.
func (a *Arena) leave() error {
	const op = "close"
	var all []error
	guarded := func(f func() error) {
		var err error
		lost := a.guarded(op, func() { err = f() })
		all = append(all, err, lost)
	}
	if a.region.Lost(op) == nil {
		guarded(func() error {
			// Whoever sees Leaving with a free byte knows as much as with Live.
			a.region.User(a.slot).Word.Store(layout.UserWord(layout.UserLeaving, a.gen)) // model: A13
			return a.leaveObjects()
		})
	}
	if !a.poison.buried {
		guarded(a.buryHandles)
	}
	err := a.heap.Close() // model: A14
	if all = append(all, err); err == nil && a.region.Lost(op) == nil {
		guarded(func() error {
			a.region.User(a.slot).Word.Store(layout.UserWord(layout.UserFree, a.gen)) // model: A15
			return nil
		})
	}
	return errors.Join(all...)
}

// Unlink removes the name at once; users go on, and a new arena may take the
// name. fs.ErrNotExist when it is gone already, or leads to something else by
// now. IRIX programs do this right after usinit.
func (a *Arena) Unlink() error {
	if !a.gate.enter() {
		return a.closedError("unlink")
	}
	defer a.gate.leave()
	if a.slot == 0 {
		return a.readOnlyError("unlink")
	}
	if same, err := a.file.SamePath(); err == nil && !same {
		return errs.Wrap(fs.ErrNotExist, "unlink", "%s: the name does not lead to this arena any more", a.name)
	}
	return a.file.Unlink()
}

// Chmod changes who may join: the permissions of the file, applied past the
// umask. Users go on. IRIX: usconfig(CONF_CHMOD).
func (a *Arena) Chmod(mode fs.FileMode) error {
	if !a.gate.enter() {
		return a.closedError("chmod")
	}
	defer a.gate.leave()
	if a.slot == 0 {
		return a.readOnlyError("chmod")
	}
	if mode&^fs.ModePerm != 0 {
		return errs.Wrap(errs.Invalid, "chmod", "%s: mode %v, permission bits only", a.name, mode)
	}
	return a.file.Chmod(mode)
}

func (a *Arena) readOnlyError(op string) error {
	if a.gate.closed() {
		return a.closedError(op)
	}
	return errs.Wrap(errs.ReadOnly, op, "%s: attached with OpenReadOnly, use Join", a.name)
}

// refusal says why an arena without a heap cannot be changed: because it is
// attached read-only, or by now because it is closed.
type refusal struct{ a *Arena }

func (r refusal) Unwrap() error { return r.a.readOnlyError("change") }

func (r refusal) Error() string { return r.Unwrap().Error() }

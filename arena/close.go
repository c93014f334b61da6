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
	if a.done {
		return nil
	}
	a.done = true
	a.reaper.stop()
	if a.table != nil {
		a.table.Shut() // who waits for a lock or semaphore is in a call
	}
	a.gate.close()
	atomic.StoreUint64(&a.limit, 0)

	var all []error
	if a.heap != nil {
		// Whoever sees Leaving with a free byte knows as much as with Live.
		u := a.region.User(a.slot)
		u.Word.Store(layout.UserWord(layout.UserLeaving, a.gen))
		if err := a.leaveObjects(); err != nil {
			all = append(all, err)
		}
		all = append(all, a.buryObjects())
		if err := a.heap.Close(); err != nil {
			all = append(all, err) // the slot stays in use, so that others recover it
		} else {
			u.Word.Store(layout.UserWord(layout.UserFree, a.gen))
		}
	}
	all = append(all, a.region.Close())
	all = append(all, a.keeper.Close()) // only now somebody else may take the slot
	return errors.Join(append(all, a.file.Close())...)
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

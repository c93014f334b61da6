package us

import (
	"errors"
	"syscall"

	"usarena/arena"
	"usarena/internal/errs"
)

// given says that a program passes a handle that it never got: an error as in C,
// where there is one for it.
func given(op string, a *arena.Arena) error {
	if a == nil {
		return errs.Wrap(errs.Invalid, op, "no arena is given")
	}
	return nil
}

// belongs checks that an object is one of the arena that is given with it. All
// handles of one object in a process are the same.
func belongs[H interface {
	comparable
	Offset() arena.Offset
}](op string, h H, a *arena.Arena, at func(*arena.Arena, arena.Offset) (H, error)) error {
	if err := given(op, a); err != nil {
		return err
	}
	there, err := at(a, h.Offset())
	if err != nil {
		return err
	}
	if there != h {
		return errs.Wrap(errs.NotAllocated, op, "%s: at %#x is another object than the one given; it was freed, or belongs to another arena", a.Name(), h.Offset())
	}
	return nil
}

// full makes the error of a full arena ENOMEM as well: that is what programs of
// IRIX look for where an object does not fit.
func full(err error) error {
	if errors.Is(err, arena.ErrNoSpace) {
		return noMemory{err}
	}
	return err
}

type noMemory struct{ error }

func (e noMemory) Is(target error) bool { return target == error(syscall.ENOMEM) }

func (e noMemory) Unwrap() error { return e.error }

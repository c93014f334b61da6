package us

import (
	"usarena/internal/errs"
	"usarena/sync"
)

// LockCommand is the command of CtlLock.
type LockCommand int

// Commands of CtlLock.
const (
	CL_METERFETCH LockCommand = 1 + iota // *LockMeter is filled
	CL_METERRESET                        // all counts become -1
	CL_DEBUGFETCH                        // *LockDebug is filled
	CL_DEBUGRESET                        // the owner becomes -1
)

// LockMeter counts the uses of a lock. IRIX: lockmeter_t.
type LockMeter = sync.LockMeter

// LockDebug says who holds a lock. IRIX: lockdebug_t.
type LockDebug struct {
	OwnerPid int // -1 while it is free
}

// CtlLock fetches or resets what is noted of a lock. The fetching commands take
// the pointer that they fill. arena.ErrInvalid (EINVAL) for an unknown command,
// for other arguments, and where the arena's lock type is US_NODEBUG. A count
// that was reset begins at -1, as on IRIX. IRIX: usctllock.
func CtlLock(l *sync.Lock, cmd LockCommand, args ...any) error {
	const op = "ctl lock"
	switch cmd {
	case CL_METERFETCH:
		m, err := pointer[LockMeter](op, int(cmd), args)
		if err != nil {
			return err
		}
		return fetch(m, l.Meter)
	case CL_DEBUGFETCH:
		d, err := pointer[LockDebug](op, int(cmd), args)
		if err != nil {
			return err
		}
		return fetch(&d.OwnerPid, l.OwnerPid)
	case CL_METERRESET, CL_DEBUGRESET:
		if err := none(op, int(cmd), args); err != nil {
			return err
		}
		if cmd == CL_METERRESET {
			return l.ResetMeter()
		}
		return l.ResetOwner()
	}
	return errs.Wrap(errs.Invalid, op, "command %d is unknown", int(cmd))
}

// pointer is the one argument of a command that fetches.
func pointer[T any](op string, cmd int, args []any) (*T, error) {
	if len(args) != 1 {
		return nil, errs.Wrap(errs.Invalid, op, "command %d takes a %T, %d arguments given", cmd, (*T)(nil), len(args))
	}
	p, ok := args[0].(*T)
	if !ok || p == nil {
		return nil, errs.Wrap(errs.Invalid, op, "command %d: a %T is given, a %T is needed", cmd, args[0], p)
	}
	return p, nil
}

// none checks that a command that takes nothing is given nothing.
func none(op string, cmd int, args []any) error {
	if len(args) != 0 {
		return errs.Wrap(errs.Invalid, op, "command %d takes no arguments, %d given", cmd, len(args))
	}
	return nil
}

// fetch stores what from gives, unless that fails.
func fetch[T any](at *T, from func() (T, error)) error {
	v, err := from()
	if err == nil {
		*at = v
	}
	return err
}

package us

import (
	"usarena/internal/errs"
	"usarena/sync"
)

// SemaCommand is the command of CtlSema.
type SemaCommand int

// Commands of CtlSema.
const (
	CS_METERON      SemaCommand = 1 + iota // uses are counted
	CS_METEROFF                            // …not any more
	CS_METERFETCH                          // *SemaMeter is filled
	CS_METERRESET                          // all counts become 0
	CS_DEBUGON                             // users are noted
	CS_DEBUGOFF                            // …not any more
	CS_DEBUGFETCH                          // *SemaDebug is filled
	CS_DEBUGRESET                          // pids become -1
	CS_HISTON                              // uses are entered in the arena's history
	CS_HISTOFF                             // …not any more
	CS_RECURSIVEON                         // the process that holds it may take it again
	CS_RECURSIVEOFF                        // …not any more
)

// SemaMeter counts the uses of a semaphore. IRIX: semameter_t.
type SemaMeter = sync.SemaMeter

// SemaDebug says who used a semaphore. IRIX: semadebug_t.
type SemaDebug = sync.SemaDebug

// CtlSema turns on and off, fetches or resets what is noted of a semaphore, for
// all processes. The fetching commands take the pointer that they fill.
// arena.ErrInvalid (EINVAL) for an unknown command, for other arguments, and for
// fetching while it is off. Recursion is for semaphores of one unit, and changed
// while that is free: arena.ErrBusy. IRIX: usctlsema.
func CtlSema(s *sync.Sema, cmd SemaCommand, args ...any) error {
	const op = "ctl sema"
	switch cmd {
	case CS_METERFETCH:
		m, err := pointer[SemaMeter](op, int(cmd), args)
		if err != nil {
			return err
		}
		return fetch(m, s.Meter)
	case CS_DEBUGFETCH:
		d, err := pointer[SemaDebug](op, int(cmd), args)
		if err != nil {
			return err
		}
		return fetch(d, s.Debug)
	}
	if err := none(op, int(cmd), args); err != nil {
		return err
	}
	switch cmd {
	case CS_METERON, CS_METEROFF:
		return s.SetMeter(cmd == CS_METERON)
	case CS_METERRESET:
		return s.ResetMeter()
	case CS_DEBUGON, CS_DEBUGOFF:
		return s.SetDebug(cmd == CS_DEBUGON)
	case CS_DEBUGRESET:
		return s.ResetDebug()
	case CS_HISTON, CS_HISTOFF:
		return s.SetHistory(cmd == CS_HISTON)
	case CS_RECURSIVEON, CS_RECURSIVEOFF:
		return s.SetRecursive(cmd == CS_RECURSIVEON)
	}
	return errs.Wrap(errs.Invalid, op, "command %d is unknown", int(cmd))
}

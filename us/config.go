package us

import (
	"io/fs"
	"reflect"

	"usarena/arena"
	"usarena/config"
	"usarena/internal/errs"
)

// Config changes a setting for the next Init of this process and returns the
// previous value, or acts on the arena that is the first of args. An unknown
// command, a wrong number or kind of arguments and a value out of range are
// arena.ErrInvalid (syscall.EINVAL) and change nothing.
//
//	CONF_INITSIZE, CONF_INITUSERS, CONF_LOCKTYPE, CONF_ARENATYPE,
//	CONF_AUTOGROW, CONF_AUTORESV, CONF_ATTACHADDR   value → previous value
//	CONF_CHMOD                                      mode → previous mode; arena, mode → 0
//	CONF_GETSIZE, CONF_GETUSERS                     arena → bytes, slots
//	CONF_HISTON, CONF_HISTOFF, CONF_HISTRESET       arena → 0
//	CONF_HISTSIZE                                   arena, records → 0; 0: as many as the arena's configuration says
//	CONF_HISTFETCH                                  arena, *HistPtr → 0; ErrInvalid if history was never on
//	CONF_STHREAD…                                   → previous state; no effect
//	CONF_ROBUST                                     flag → previous flag
//
// Integers of any type are taken. A CONF_ATTACHADDR of ^0, which comes back as
// -1, lets the system pick. CONF_HISTSIZE is for this process's CONF_HISTON; it is
// rounded up, and holds for good once history was on in the arena. CONF_ROBUST is
// for the locks that NewLock makes from then on. IRIX: usconfig.
func Config(cmd Command, args ...any) (int64, error) {
	switch cmd {
	case CONF_GETSIZE, CONF_GETUSERS, CONF_HISTON, CONF_HISTOFF, CONF_HISTSIZE, CONF_HISTFETCH, CONF_HISTRESET:
		return withArena(cmd, args)
	case CONF_CHMOD:
		if len(args) == 2 {
			return withArena(cmd, args)
		}
	case CONF_STHREADIOOFF, CONF_STHREADIOON, CONF_STHREADMISCOFF, CONF_STHREADMISCON, CONF_STHREADMALLOCOFF, CONF_STHREADMALLOCON:
		return sthread(cmd), nil
	}
	v, err := number(cmd, args, 0, 1)
	if err != nil {
		return 0, err
	}
	settings.Lock()
	defer settings.Unlock()
	s := &settings
	switch cmd {
	case CONF_INITSIZE:
		return set(cmd, &s.size, v, v >= uint64(config.MinSize) && v <= uint64(config.MaxArena))
	case CONF_INITUSERS:
		return set(cmd, &s.users, int64(v), v >= 1 && v <= config.MaxUsers)
	case CONF_LOCKTYPE:
		return set(cmd, &s.lockType, int64(v), v <= US_DEBUGPLUS)
	case CONF_ARENATYPE:
		return set(cmd, &s.arenaType, int64(v), v <= US_SHAREDONLY)
	case CONF_CHMOD:
		return set(cmd, &s.mode, fs.FileMode(v), v >= 1 && v <= uint64(fs.ModePerm))
	case CONF_ATTACHADDR:
		return set(cmd, &s.attachAddr, v, v == systemPicks || v%config.AttachMultiple == 0)
	case CONF_AUTOGROW:
		return set(cmd, &s.autoGrow, int64(v), true)
	case CONF_AUTORESV:
		return set(cmd, &s.autoResv, int64(v), true)
	case CONF_ROBUST:
		return set(cmd, &s.robust, int64(v), true)
	}
	return 0, errs.Wrap(errs.Invalid, "config", "command %d is unknown", int(cmd))
}

// set stores a value that is in range and gives the one before.
func set[T ~uint64 | ~int64 | ~uint32](cmd Command, at *T, v T, ok bool) (int64, error) {
	if !ok {
		return 0, errs.Wrap(errs.Invalid, "config", "command %d: %v is out of range", int(cmd), v)
	}
	old := *at
	*at = v
	return int64(old), nil
}

// number is argument i as a number, of all in all.
func number(cmd Command, args []any, i, all int) (uint64, error) {
	if len(args) != all {
		return 0, errs.Wrap(errs.Invalid, "config", "command %d takes %d arguments, %d given", int(cmd), all, len(args))
	}
	switch v := reflect.ValueOf(args[i]); {
	case v.IsValid() && v.CanInt():
		return uint64(v.Int()), nil
	case v.IsValid() && v.CanUint():
		return v.Uint(), nil
	}
	return 0, errs.Wrap(errs.Invalid, "config", "command %d: argument %d is a %T, a number is needed", int(cmd), i+1, args[i])
}

// withArena runs the commands that act on an arena.
func withArena(cmd Command, args []any) (int64, error) {
	all := 1
	if cmd == CONF_CHMOD || cmd == CONF_HISTSIZE || cmd == CONF_HISTFETCH {
		all = 2
	}
	if len(args) != all {
		return 0, errs.Wrap(errs.Invalid, "config", "command %d takes %d arguments, %d given", int(cmd), all, len(args))
	}
	a, ok := args[0].(*arena.Arena)
	if !ok || a == nil {
		return 0, errs.Wrap(errs.Invalid, "config", "command %d: argument 1 is a %T, an arena is needed", int(cmd), args[0])
	}
	if err := a.Add(); err != nil {
		return 0, err
	}
	switch cmd {
	case CONF_GETSIZE:
		// What was asked for, or more where the arena has grown since.
		return int64(max(uint64(a.Config().Size), a.Stats().Committed)), nil
	case CONF_GETUSERS:
		return int64(a.Config().Users), nil
	case CONF_CHMOD:
		v, err := number(cmd, args, 1, 2)
		if err == nil && v > uint64(fs.ModePerm) {
			err = errs.Wrap(errs.Invalid, "config", "command %d: mode %#o, at most 0777", int(cmd), v)
		}
		if err != nil {
			return 0, err
		}
		return 0, a.Chmod(fs.FileMode(v))
	}
	return 0, history(cmd, a, args)
}

// sthread remembers whether a part of the C library would be protected. Go's
// needs no such protection.
func sthread(cmd Command) int64 {
	n := int(cmd - CONF_STHREADIOOFF)
	settings.Lock()
	defer settings.Unlock()
	old := settings.sthread[n/2]
	settings.sthread[n/2] = int64(n % 2)
	return old
}

// Package us has the IRIX names: us.X is IRIX's usX, argument for argument, with
// an error in place of errno. It is a veneer over packages arena and sync.
//
//	us.Config(us.CONF_INITUSERS, 40) // process-wide, for the next Init
//	a, err := us.Init("/usr/tmp/demo")
//	p, err := us.Malloc(100, a) // handle last, as in C
//	l, err := us.NewLock(a)
//	err = us.SetLock(l)
//	us.PutInfo(a, p)
//	us.UnsetLock(l)
//
// What returned 1, 0 or -1 returns (bool, error), what returned 0 or -1 an error.
//
// # What differs on purpose
//
// Memory and objects are named by arena.Offset, never by address: LockAt, SemaAt,
// PollSemaAt and BarrierAt make this process's handle of what another passed on,
// and the Ref types of package sync lie in structs in the arena. The arena may
// grow beyond CONF_INITSIZE unless CONF_AUTOGROW is 0. CasInfo, Cas and Cas32
// never fail spuriously. What inherited an arena from sproc gets it with
// arena.Command and arena.Inherit.
//
// # Owners and deaths
//
// A process owns a lock, not one of its goroutines. Nobody enforces it: whoever
// calls UnsetLock frees the lock. Whoever sets a lock whose owner died holds it
// and gets sync.ErrOwnerDied (see sync.Held); a lock made while CONF_ROBUST is 0
// stays with an owner that died or detached until somebody unsets it, as on IRIX.
// Barriers break when a party dies; on IRIX the others would spin for ever.
//
// # Misuse
//
// With US_DEBUGPLUS, IRIX prints on standard error when a lock is unset that is
// free or that another process holds, and when it is set twice. This package
// prints nothing: sync.OnMisuse calls a function of the program with each.
//
// # Trust
//
// As packages arena and sync. Nouns: a command is the first argument of Config, or
// the second of CtlLock and CtlSema; a setting is process-wide and stays until it
// is changed; a handle is an *arena.Arena, or this process's way to an object.
//
// Reading order: config.go, settings.go, init.go, malloc.go, info_unsafe.go,
// then handle.go, lock.go, sema.go, pollsema.go, barrier.go, then lockctl.go,
// semactl.go, history.go, dump.go.
package us

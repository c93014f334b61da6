// Package us has the IRIX names: us.X is IRIX's usX, argument for argument, with
// an error in place of errno. It is a veneer over package arena.
//
//	us.Config(us.CONF_INITUSERS, 40) // process-wide, for the next Init
//	a, err := us.Init("/usr/tmp/demo")
//	p, err := us.Malloc(100, a) // handle last, as in C
//	us.PutInfo(a, p)
//
// What differs from IRIX on purpose: memory is named by arena.Offset, never by
// address; the arena may grow beyond CONF_INITSIZE unless CONF_AUTOGROW is 0;
// an owner that died is noticed (CONF_ROBUST); CasInfo, Cas and Cas32 never fail
// spuriously.
//
// Trust: as package arena. Nouns: a command is the first argument of Config; a
// setting is process-wide and stays until it is changed; a handle is an
// *arena.Arena.
//
// Reading order: config.go, settings.go, init.go, malloc.go, info_unsafe.go.
package us

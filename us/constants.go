package us

import "usarena/alloc"

// Command is the first argument of Config.
type Command int

// Commands of Config.
const (
	CONF_INITSIZE         Command = 1 + iota // bytes committed at creation; see Init
	CONF_INITUSERS                           // user slots
	CONF_GETSIZE                             // arena: its size in bytes
	CONF_GETUSERS                            // arena: its user slots
	CONF_LOCKTYPE                            // US_NODEBUG, US_DEBUG, US_DEBUGPLUS
	CONF_ARENATYPE                           // US_GENERAL, US_SHAREDONLY
	CONF_CHMOD                               // arena, mode: now. mode: for the next Init
	CONF_ATTACHADDR                          // base address; ^0: the system picks
	CONF_AUTOGROW                            // 0: CONF_INITSIZE is the ceiling
	CONF_AUTORESV                            // non-zero: pages are not reserved in advance
	CONF_HISTON                              // arena: semaphore history on
	CONF_HISTOFF                             // arena: semaphore history off
	CONF_HISTSIZE                            // arena, records
	CONF_HISTFETCH                           // arena, *HistPtr
	CONF_HISTRESET                           // arena: drop all records
	CONF_STHREADIOOFF                        // no effect
	CONF_STHREADIOON                         // no effect
	CONF_STHREADMISCOFF                      // no effect
	CONF_STHREADMISCON                       // no effect
	CONF_STHREADMALLOCOFF                    // no effect
	CONF_STHREADMALLOCON                     // no effect
	CONF_ROBUST                              // ours. 0: a lock's owner that exits keeps it, as on IRIX
)

// Values of CONF_ARENATYPE.
const (
	US_GENERAL    = 0 // reachable by name
	US_SHAREDONLY = 1 // unlinked at once, reachable by inheritance only
)

// Values of CONF_LOCKTYPE.
const (
	US_NODEBUG   = 0 // no record
	US_DEBUG     = 1 // metering and owner
	US_DEBUGPLUS = 2 // misuse is reported as well
)

// Commands of Mallopt; package alloc says what each does here.
const (
	M_MXFAST    = alloc.MXFast
	M_NLBLKS    = alloc.NLBlks
	M_GRAIN     = alloc.Grain
	M_KEEP      = alloc.Keep
	M_DEBUG     = alloc.Debug
	M_BLKSZ     = alloc.BlkSz
	M_MXCHK     = alloc.MxChk
	M_FREEHD    = alloc.FreeHd
	M_CLRONFREE = alloc.ClrOnFree
	M_CRLOCK    = alloc.CrLock
)

// Package fault makes faults of the calling goroutine panics, and tells what was
// recovered from one. The runtime does the rest.
//
//	defer end(fault.Arm()) // end calls recover and Disarm itself
//
// Where a processor is pinned a fault ends the process, armed or not.
package fault

import (
	"runtime/debug"
	"strings"
)

// Arm makes faults of this goroutine panics and gives the setting before, for
// Disarm. A goroutine that it starts has its own.
func Arm() (before bool) { return debug.SetPanicOnFault(true) }

// Off makes faults of this goroutine end the process, as they do by themselves,
// and gives the setting before.
func Off() (before bool) { return debug.SetPanicOnFault(false) }

// Disarm brings the setting before Arm or Off back.
func Disarm(before bool) { debug.SetPanicOnFault(before) }

// At is the address at which p faulted, if a fault is what p was recovered from.
func At(p any) (addr uintptr, ok bool) {
	f, ok := p.(interface{ Addr() uintptr })
	if !ok {
		return 0, false
	}
	return f.Addr(), true
}

// OutOfRange says that p is a bounds check of this module that failed.
func OutOfRange(p any) bool {
	s, ok := p.(string)
	return ok && strings.HasPrefix(s, "usarena: ") && strings.HasSuffix(s, " out of range")
}

package arena

import "usarena/internal/fault"

// Guard calls f and returns its error. A fault on this arena's memory inside f,
// because somebody truncated the file or its file system lost the page, becomes
// an error (ErrTruncated) instead of the end of the process, whether f touched
// the memory through Bytes, Pointer and In or by a call. f is left where it
// stands, its deferred functions run. Faults elsewhere and other panics go on.
//
// After such a fault, here or in any call, the attachment is poisoned: this and
// all later calls say so (ErrTruncated, or ErrCorrupt), waits end, and others
// recover this user as if its process had died. Memory handed out before stays
// readable where the file still has it; what is stored there reaches nobody any
// more. Close is all that is left to do.
//
// Guard holds for the calling goroutine, and may be nested. It does not reach
// into Malloc and Free: a fault in their fast path, where the goroutine is pinned
// to its processor, ends the process, and Go has no remedy. Nor does it hold
// Close up.
//
// A Guard costs some nanoseconds; a fault that it catches, some microseconds.
func (a *Arena) Guard(f func() error) (err error) {
	const op = "guard"
	if a.gate.closed() {
		return a.closedError(op)
	}
	defer a.region.Caught(op, &err, fault.Arm())
	return f()
}

// guarded is Guard for our own calls, which are inside the gate or before it.
func (a *Arena) guarded(op string, f func()) (err error) {
	defer a.region.Caught(op, &err, fault.Arm())
	f()
	return nil
}

// mustGuard is guarded for calls that cannot return an error.
func (a *Arena) mustGuard(op string, f func()) {
	a.mustEnter(op)
	defer a.gate.leave()
	err := a.guarded(op, f)
	if err == nil {
		err = a.region.Lost(op) // f may have caught it
	}
	if err != nil {
		panic(err)
	}
}

//go:build linux && amd64

package steps

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// newTracer begins to trace a running thread. A program that may not trace gets
// EPERM. The caller has locked its goroutine to its thread.
func newTracer(pid, tid, lane int) (*tracer, error) {
	if pid <= 1 || tid <= 1 {
		return nil, fmt.Errorf("trace thread %d of %d: no such process", tid, pid)
	}
	if err := seize(tid); err != nil {
		return nil, fmt.Errorf("trace thread %d of %d: %w", tid, pid, err)
	}
	tr := &tracer{pid: pid, tid: tid, over: make(chan struct{})}
	if err := unix.SchedGetaffinity(0, &tr.mask); err == nil {
		share(&tr.mask, tid, lane)
	}
	tr.guard.Go(tr.watch)
	return tr, nil
}

// seize begins to trace a thread. It ends with its tracer, if it is not let go.
func seize(tid int) error {
	_, _, e := unix.RawSyscall6(unix.SYS_PTRACE, unix.PTRACE_SEIZE, uintptr(tid), 0, unix.PTRACE_O_EXITKILL, 0, 0)
	if e != 0 {
		return e
	}
	return nil
}

// share puts this thread and another one on the lane's processor of those of
// mask. That it fails is a matter of speed only.
func share(mask *unix.CPUSet, tid, lane int) {
	n := lane % max(mask.Count(), 1)
	for cpu := range 1024 {
		if !mask.IsSet(cpu) {
			continue
		}
		if n--; n < 0 {
			var one unix.CPUSet
			one.Set(cpu)
			unix.SchedSetaffinity(0, &one)
			unix.SchedSetaffinity(tid, &one)
			return
		}
	}
}

// watch lets the other threads go when the stepped one waits for them, and ends
// the process when it is stuck.
func (tr *tracer) watch() {
	tick := time.NewTicker(freeze / 2)
	defer tick.Stop()
	last, since := int64(-1), time.Now()
	for {
		select {
		case <-tr.over:
			return
		case <-tick.C:
		}
		switch now := tr.moves.Load(); {
		case now != last:
			last, since = now, time.Now()
		case time.Since(since) > patience:
			unix.Kill(tr.pid, unix.SIGKILL)
		case time.Since(since) > freeze && now&1 == 1:
			if h := tr.held.Load(); h != nil {
				h.early.Store(true)
				h.thaw()
			}
		}
	}
}

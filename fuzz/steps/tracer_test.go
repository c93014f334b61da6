//go:build linux && amd64

package steps

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// tracer steps one thread of a process. All its calls are made by one operating
// system thread, as the kernel wants it. Both threads share a processor: then a
// step costs two switches and no wake-up across processors.
type tracer struct {
	pid, tid int
	pass     int          // signal to deliver with the next step
	steps    int          // taken since the first mark
	thaws    int          // how often the other threads had to run
	moves    atomic.Int64 // requests made, for the guard
	free     bool         // no longer traced
	mask     unix.CPUSet  // of the tracing thread, before
	over     chan struct{}
	guard    sync.WaitGroup
	held     atomic.Pointer[holder] // of the other threads
}

// state is how a step ended.
type state int

const (
	stepped state = iota // one instruction further
	marked               // at a mark
	ended                // the thread is no more
)

var errStuck = errors.New("watchdog: the thread does not come to its next instruction")

// A mark is a stop signal that the stepped thread sends itself; the tracer sees
// it and does not pass it on.
const mark = unix.SIGSTOP

const (
	freeze   = 20 * time.Millisecond // a step that waits so long needs the other threads
	patience = 20 * time.Second

	stepsMost = 5_000_000 // instructions of an operation
)

// request is one call of ptrace for the stepped thread.
func (tr *tracer) request(what, sig int) error {
	_, _, e := unix.RawSyscall6(unix.SYS_PTRACE, uintptr(what), uintptr(tr.tid), 0, uintptr(sig), 0, 0)
	if e != 0 {
		return e
	}
	return nil
}

// toMark lets the thread run to its next mark.
func (tr *tracer) toMark() error {
	for {
		st, err := tr.await()
		switch {
		case err != nil:
			return err
		case st == marked:
			return nil
		case st == ended:
			return fmt.Errorf("process %d ended before its mark", tr.pid)
		}
		sig := tr.pass
		tr.pass = 0
		if err := tr.request(unix.PTRACE_CONT, sig); err != nil {
			return err
		}
	}
}

// step does one instruction. A system call is one, and so is each turn of a
// repeated string instruction.
func (tr *tracer) step() (state, error) {
	st, err := tr.proceed(unix.PTRACE_SINGLESTEP)
	if st == stepped {
		tr.steps++
	}
	if tr.steps > stepsMost {
		err = errors.Join(err, fmt.Errorf("%w: %d instructions", errStuck, tr.steps))
	}
	return st, err
}

// proceed lets the thread run in one way until it stops for another reason than a
// signal, which it gets.
func (tr *tracer) proceed(how int) (state, error) {
	for {
		sig := tr.pass
		tr.pass = 0
		if err := tr.request(how, sig); err != nil && err != unix.ESRCH {
			return 0, fmt.Errorf("proceed: %w", err)
		}
		st, err := tr.await()
		if h := tr.held.Load(); err == nil && st == stepped && h != nil && h.early.Load() {
			tr.thaws++
			err = tr.hold() // again: the scheduler would interrupt for ever
		}
		if err != nil || st != stepped || tr.pass == 0 {
			return st, err
		}
	}
}

// await waits until the thread stops or ends. A signal that is no mark is left
// in pass.
func (tr *tracer) await() (state, error) {
	tr.moves.Add(1) // odd: the thread runs
	defer tr.moves.Add(1)
	for {
		var ws unix.WaitStatus
		_, err := unix.Wait4(tr.tid, &ws, unix.WALL, nil)
		switch {
		case err == unix.EINTR:
			continue
		case err == unix.ECHILD:
			return ended, nil
		case err != nil:
			return 0, fmt.Errorf("wait for thread %d: %w", tr.tid, err)
		}
		return tr.classify(ws), nil
	}
}

func (tr *tracer) classify(ws unix.WaitStatus) state {
	if !ws.Stopped() {
		return ended
	}
	event := int(ws) >> 16
	switch sig := ws.StopSignal(); {
	case event != 0 || sig == syscall.SIGTRAP:
		return stepped
	case sig == mark:
		return marked
	default:
		tr.pass = int(sig)
		return stepped
	}
}

// registers are those of the stopped thread.
func (tr *tracer) registers() (r unix.PtraceRegs, err error) {
	err = unix.PtraceGetRegs(tr.tid, &r)
	return r, err
}

// kill ends the process where it is.
func (tr *tracer) kill() error {
	defer tr.end()
	if err := unix.Kill(tr.pid, unix.SIGKILL); err != nil {
		return err
	}
	tids := []int{tr.tid}
	if h := tr.held.Load(); h != nil {
		tids = append(tids, h.tids...)
	}
	return bury(tr.pid, tids)
}

// letGo ends the tracing; the process runs on. With stop it is stopped by a real
// SIGSTOP before it does another instruction.
func (tr *tracer) letGo(stop bool) error {
	defer tr.end()
	if stop {
		if err := unix.Kill(tr.pid, unix.SIGSTOP); err != nil {
			return err
		}
	}
	tr.held.Load().thaw() // first, or they might be traced at their end
	return tr.request(unix.PTRACE_DETACH, 0)
}

// end gives the tracing thread back as it was.
func (tr *tracer) end() {
	tr.free = true
	close(tr.over)
	tr.guard.Wait()
	tr.held.Load().thaw()
	if tr.mask.Count() > 0 {
		unix.SchedSetaffinity(0, &tr.mask)
	}
}

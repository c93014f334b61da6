package halt

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"usarena/internal/errs"
)

// Process is one process; Start tells it from a later one with its number.
type Process struct {
	Pid   int
	Start uint64 // clock ticks since boot, as /proc/PID/stat tells
}

// Halted are processes that stand still.
type Halted struct {
	signals  bool           // SIGSTOP may be sent
	todo     chan func()    // for the one thread that may trace
	threads  map[int]int    // traced threads, and the signal that each shall get
	signaled map[int]uint64 // processes that were sent SIGSTOP
	over     atomic.Bool
}

// Patience is how long to wait until all threads of a process stand: one may be in a
// system call that cannot be interrupted.
const Patience = time.Second

// New is for processes to come; signals says that who may not be traced is sent
// SIGSTOP.
func New(signals bool) *Halted {
	h := &Halted{signals: signals, todo: make(chan func()), threads: map[int]int{}, signaled: map[int]uint64{}}
	go func() {
		runtime.LockOSThread() // a tracer is a thread; it ends with this goroutine
		for f := range h.todo {
			f()
		}
	}()
	return h
}

// Stop stops a process, unless it stands already. errs.Busy, with why, if it cannot be
// stopped; then it runs. It is os.ErrNotExist as well if there is no such process.
func (h *Halted) Stop(p Process) (err error) {
	done := make(chan struct{})
	h.todo <- func() { err = h.stop(p); close(done) }
	<-done
	return err
}

func (h *Halted) stop(p Process) error {
	const op = "stop"
	if p.Pid == os.Getpid() {
		return errs.Wrap(errs.Busy, op, "process %d is this one: it cannot stand still and go on", p.Pid)
	}
	stat, err := statOf(p.Pid, p.Pid)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("usarena: stop: there is no process %d here (another PID namespace?): %w: %w", p.Pid, errs.Busy, os.ErrNotExist)
	case err != nil:
		return errs.Wrap(errs.Busy, op, "process %d cannot be looked at: %v", p.Pid, err)
	case p.Start != 0 && stat.start != p.Start:
		return fmt.Errorf("usarena: stop: process %d is another one here (another PID namespace?): %w: %w", p.Pid, errs.Busy, os.ErrNotExist)
	}
	if err := h.trace(p.Pid); err == nil || !errors.Is(err, unix.EPERM) {
		return err
	}
	if stat.stopped() && h.signals {
		return nil
	}
	if !h.signals {
		return errs.Wrap(errs.Busy, op, "process %d may not be traced by this one (another user's, a debugger's, or kernel.yama.ptrace_scope): be root, or allow SIGSTOP (--stop, CopyOptions.Stop)", p.Pid)
	}
	if err := unix.Kill(p.Pid, unix.SIGSTOP); err == unix.ESRCH {
		return nil
	} else if err != nil {
		return errs.Wrap(errs.Busy, op, "process %d may not be stopped by this user: %v", p.Pid, err)
	}
	if err := await(p.Pid); err != nil {
		unix.Kill(p.Pid, unix.SIGCONT)
		return err
	}
	h.signaled[p.Pid] = stat.start
	return nil
}

// await waits until all threads of a process that was sent SIGSTOP stand.
func await(pid int) error {
	for end := time.Now().Add(Patience); ; time.Sleep(200 * time.Microsecond) {
		tids, err := tasks(pid)
		if err != nil {
			return nil // it has ended
		}
		moving := 0
		for _, tid := range tids {
			if s, err := statOf(pid, tid); err == nil && !s.stopped() && !s.dead() {
				moving = tid
			}
		}
		if moving == 0 {
			return nil
		}
		if time.Now().After(end) {
			return errs.Wrap(errs.Busy, "stop", "process %d: thread %d does not stand after %v", pid, moving, Patience)
		}
	}
}

// Resume lets all go on. It may be repeated; nothing can be stopped after it.
func (h *Halted) Resume() (err error) {
	if h.over.Swap(true) {
		return nil
	}
	done := make(chan struct{})
	h.todo <- func() {
		defer close(done)
		var all []error
		for tid, sig := range h.threads {
			if e := detach(tid, sig); e != nil && e != unix.ESRCH {
				all = append(all, fmt.Errorf("usarena: let thread %d go on: %w", tid, e))
			}
		}
		for pid, start := range h.signaled {
			if s, e := statOf(pid, pid); e != nil || s.start != start {
				continue
			}
			if e := unix.Kill(pid, unix.SIGCONT); e != nil && e != unix.ESRCH {
				all = append(all, fmt.Errorf("usarena: let process %d go on (send it SIGCONT): %w", pid, e))
			}
		}
		clear(h.threads)
		clear(h.signaled)
		err = errors.Join(all...)
	}
	<-done
	close(h.todo)
	return err
}

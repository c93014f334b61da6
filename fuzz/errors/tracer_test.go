//go:build linux && (amd64 || 386)

package errors_test

import (
	"context"
	"fmt"
	"os/exec"
	"runtime"
	"sync"

	"golang.org/x/sys/unix"

	"usarena/internal/worker"
)

// tracer runs one process, sees each of its system calls, and does what the plan
// says. All of ptrace belongs to one thread, which does nothing else.
type tracer struct {
	proc *worker.Proc

	mu    sync.Mutex
	plan  plan
	calls []call
	fired *failure
	ended string // how the process ended

	// Of the tracing thread alone:
	threads map[int]*thread
	on      bool // between the marks
	actor   int  // the thread that is at the operation
}

// failure is a call that failed.
type failure struct {
	call
	errno unix.Errno
}

// thread is one thread of the traced process.
type thread struct {
	inside bool       // the next stop at a call is its end
	errno  unix.Errno // what the call shall give, 0: what it gives
}

// The marks of an operation: a signal, which the tracer sees though it does not
// see system calls yet, and keeps; and a call that needs no arguments and has one.
const (
	signalBegin = unix.SIGUSR1
	magicEnd    = 0x7573_6172
)

// markBegin is a raw call, which keeps this process's one P: until it returns,
// no other goroutine runs. The caller is locked to its thread.
func markBegin() {
	unix.RawSyscall(unix.SYS_TGKILL, uintptr(unix.Getpid()), uintptr(unix.Gettid()), uintptr(signalBegin))
}

func markEnd() { unix.RawSyscall(sysMark, magicEnd, 0, 0) }

// trace starts a worker of the kind and traces it until it ends.
func trace(kind string, spec any, prepare ...func(*exec.Cmd) error) (*tracer, error) {
	t := &tracer{threads: map[int]*thread{}}
	started := make(chan error)
	go func() {
		runtime.LockOSThread() // for good: the thread ends with the goroutine
		prepare = append(prepare, func(c *exec.Cmd) error {
			c.SysProcAttr.Ptrace = true
			// One thread runs at a time, and nothing but its own calls stops it.
			c.Env = append(c.Env, "GOMAXPROCS=1", "GODEBUG=asyncpreemptoff=1")
			return nil
		})
		p, err := worker.Start(context.Background(), kind, spec, prepare...)
		if err == nil {
			t.proc = p
			err = t.begin(p.Pid())
		}
		started <- err
		if err == nil {
			t.follow(p.Pid())
		}
	}()
	return t, <-started
}

// begin takes over a process that stands at its first instruction.
func (t *tracer) begin(pid int) error {
	var ws unix.WaitStatus
	if _, err := unix.Wait4(pid, &ws, unix.WALL, nil); err != nil {
		return fmt.Errorf("wait for the traced process: %w", err)
	}
	t.threads[pid] = &thread{}
	const options = unix.PTRACE_O_TRACESYSGOOD | unix.PTRACE_O_TRACECLONE | unix.PTRACE_O_EXITKILL
	if err := unix.PtraceSetOptions(pid, options); err != nil {
		return fmt.Errorf("ptrace options: %w", err)
	}
	return unix.PtraceCont(pid, 0)
}

// follow lets the process run from stop to stop.
func (t *tracer) follow(leader int) {
	for {
		tid, sig, ok := t.next(leader)
		if !ok {
			return // there is nobody left
		}
		if sig == signalBegin {
			t.gather(leader, tid)
			sig = 0
		}
		t.resume(tid, sig)
	}
}

// next waits until a thread stops. sig is the signal that it shall get.
func (t *tracer) next(leader int) (tid int, sig unix.Signal, ok bool) {
	for {
		var ws unix.WaitStatus
		tid, err := unix.Wait4(-1, &ws, unix.WALL|unix.WNOTHREAD, nil)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return 0, 0, false
		}
		if !ws.Stopped() {
			if delete(t.threads, tid); tid == leader {
				t.mu.Lock()
				t.ended = fmt.Sprintf("exit status %d, signal %v", ws.ExitStatus(), ws.Signal())
				t.mu.Unlock()
			}
			continue
		}
		sig, th := ws.StopSignal(), t.threads[tid]
		switch {
		case sig == unix.SIGTRAP|0x80 && th != nil:
			t.stop(tid, th)
			sig = 0
		case sig == unix.SIGTRAP: // a new thread, seen from its maker
			sig = 0
		case th == nil: // the new thread itself
			t.threads[tid] = &thread{}
			sig = 0
		}
		return tid, sig, true
	}
}

// gather begins an operation: from now on every thread stops at its system
// calls. Each is stopped once, since only then it can be told.
func (t *tracer) gather(leader, begins int) {
	t.on, t.actor = true, begins
	t.mu.Lock()
	t.calls, t.fired = nil, nil
	t.mu.Unlock()
	awaited := map[int]bool{}
	for tid, th := range t.threads {
		th.inside = false
		if tid != begins && unix.Tgkill(leader, tid, unix.SIGSTOP) == nil {
			awaited[tid] = true
		}
	}
	for len(awaited) > 0 {
		tid, sig, ok := t.next(leader)
		if !ok {
			return
		}
		if sig == unix.SIGSTOP && awaited[tid] {
			t.threads[tid].inside = false
			delete(awaited, tid)
			sig = 0
		}
		t.resume(tid, sig)
		for tid := range awaited {
			if t.threads[tid] == nil { // it has ended
				delete(awaited, tid)
			}
		}
	}
}

func (t *tracer) resume(tid int, sig unix.Signal) {
	if t.on {
		unix.PtraceSyscall(tid, int(sig)) // an error: it has been killed
	} else {
		unix.PtraceCont(tid, int(sig))
	}
}

// set makes a plan for the next operation.
func (t *tracer) set(p plan) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.plan, t.calls, t.fired = p, nil, nil
}

// got is what failed, and all calls that the operation made.
func (t *tracer) got() (fired *failure, calls []call) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.fired, t.calls
}

// end says how the process ended.
func (t *tracer) end() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.ended
}

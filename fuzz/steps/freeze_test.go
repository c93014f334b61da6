//go:build linux && amd64

package steps

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// holder holds the other threads of a stepped process where they sleep in the
// kernel, so that the stepped thread alone changes anything. It does so from an
// operating system thread of its own, so that it can let them go while the
// tracer waits.
type holder struct {
	tids  []int
	quit  chan struct{}
	done  chan struct{}
	once  sync.Once
	early atomic.Bool // let go by the guard
}

// hold holds all threads of the process but the stepped one.
func (tr *tracer) hold() error {
	h := &holder{quit: make(chan struct{}), done: make(chan struct{})}
	tr.held.Load().thaw()
	told := make(chan error)
	go func() {
		defer close(h.done)
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		told <- h.stopAll(tr.pid, tr.tid)
		<-h.quit
		for _, tid := range h.tids {
			unix.PtraceDetach(tid) // an error says that it has ended
		}
	}()
	err := <-told
	tr.held.Store(h)
	return err
}

// stopAll stops all threads but one. One that is stopped outside the kernel might
// hold a lock of the runtime.
func (h *holder) stopAll(pid, but int) error {
	held := map[int]bool{but: true}
	for again, end := true, time.Now().Add(patience); again; {
		again = false
		threads, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
		if err != nil {
			return err
		}
		for _, d := range threads {
			tid, err := strconv.Atoi(d.Name())
			if err != nil || held[tid] {
				continue
			}
			again = true
			if err := seize(tid); err != nil {
				return fmt.Errorf("trace thread %d: %w", tid, err)
			}
			held[tid] = true
			h.tids = append(h.tids, tid)
			if err := stopOne(tid, end); err != nil {
				return err
			}
		}
	}
	return nil
}

// stopOne stops a traced thread inside a system call.
func stopOne(tid int, end time.Time) error {
	for {
		if err := unix.PtraceInterrupt(tid); err != nil {
			return fmt.Errorf("interrupt thread %d: %w", tid, err)
		}
		if err := awaitStop(tid, end); err != nil {
			return err
		}
		var r unix.PtraceRegs
		if err := unix.PtraceGetRegs(tid, &r); err != nil {
			return err
		}
		if int64(r.Orig_rax) >= 0 {
			return nil
		}
		if time.Now().After(end) {
			return errStuck
		}
		if err := unix.PtraceCont(tid, 0); err != nil {
			return err
		}
		time.Sleep(50 * time.Microsecond)
	}
}

// awaitStop waits for a stop without taking note of an end: that of the first
// thread is its parent's business.
func awaitStop(tid int, end time.Time) error {
	for {
		var si unix.Siginfo
		err := unix.Waitid(unix.P_PID, tid, &si, unix.WSTOPPED|unix.WNOHANG|unix.WALL, nil)
		switch {
		case err == nil && si.Signo != 0:
			return nil
		case err != nil && err != unix.EINTR:
			return fmt.Errorf("wait for thread %d: %w", tid, err)
		case time.Now().After(end):
			return errStuck
		}
		time.Sleep(10 * time.Microsecond)
	}
}

// thaw lets the threads run.
func (h *holder) thaw() {
	if h != nil {
		h.once.Do(func() { close(h.quit) })
		<-h.done
	}
}

// bury takes note of the end of threads that were traced: nobody else could.
// That of the first thread is its parent's business.
func bury(pid int, tids []int) error {
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Microsecond) {
		left := false
		for _, tid := range tids {
			if tid == pid {
				continue
			}
			var ws unix.WaitStatus
			got, err := unix.Wait4(tid, &ws, unix.WALL|unix.WNOHANG, nil)
			left = left || err == nil && (got == 0 || ws.Stopped())
		}
		if !left {
			return nil
		}
		if time.Now().After(end) {
			return errStuck
		}
	}
}

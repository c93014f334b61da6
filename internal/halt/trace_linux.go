package halt

import (
	"time"

	"golang.org/x/sys/unix"

	"usarena/internal/errs"
)

const eventStop = 128 // PTRACE_EVENT_STOP

// trace stops all threads of a process that this thread may trace. EPERM: it may not,
// and none is traced. While some run they may make more, so it looks again until there
// are no new ones.
func (h *Halted) trace(pid int) error {
	end := time.Now().Add(Patience)
	var mine []int
	back := func() {
		for _, tid := range mine {
			detach(tid, h.threads[tid])
			delete(h.threads, tid)
		}
	}
	for {
		tids, err := tasks(pid)
		if err != nil {
			return nil // it has ended
		}
		fresh := false
		for _, tid := range tids {
			if _, has := h.threads[tid]; has {
				continue
			}
			if err := unix.PtraceSeize(tid); err != nil {
				// A thread that is just ending is EPERM, too.
				if s, gone := statOf(pid, tid); gone != nil || s.dead() {
					continue
				}
				back()
				return unix.EPERM
			}
			h.threads[tid] = 0
			mine, fresh = append(mine, tid), true
			unix.PtraceInterrupt(tid) // an error: it has ended
		}
		if !fresh {
			return nil
		}
		// All at once: one that was killed is gone only when the others are.
		for pending := mine; len(pending) > 0; {
			left := pending[:0:0]
			for _, tid := range pending {
				if !h.settled(tid) {
					left = append(left, tid)
				}
			}
			if pending = left; len(left) > 0 {
				if time.Now().After(end) {
					back()
					return errs.Wrap(errs.Busy, "stop", "process %d: thread %d does not stand after %v", pid, left[0], Patience)
				}
				time.Sleep(50 * time.Microsecond)
			}
		}
	}
}

// settled says that a traced thread stands or has ended.
func (h *Halted) settled(tid int) bool {
	if h.threads[tid] < 0 {
		return true
	}
	var ws unix.WaitStatus
	got, err := unix.Wait4(tid, &ws, unix.WALL|unix.WNOHANG, nil)
	switch {
	case err == unix.EINTR:
	case err != nil || got == tid && (ws.Exited() || ws.Signaled()):
		delete(h.threads, tid)
		return true
	case got == tid && ws.Stopped():
		h.threads[tid] = -1 // it stands
		if uint32(ws)>>16 != eventStop {
			h.threads[tid] = -1 - int(ws.StopSignal()) // on the way to a signal, which it shall get
		}
		return true
	}
	return false
}

// detach lets a thread go on. sig is what settled has noted.
func detach(tid, sig int) error {
	deliver := max(-1-sig, 0)
	_, _, e := unix.Syscall6(unix.SYS_PTRACE, unix.PTRACE_DETACH, uintptr(tid), 0, uintptr(deliver), 0, 0)
	if e != 0 {
		return e
	}
	return nil
}

//go:build linux && (amd64 || 386)

package errors_test

import (
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// stop is the beginning or the end of a system call.
func (t *tracer) stop(tid int, th *thread) {
	th.inside = !th.inside
	if !th.inside && th.errno == 0 {
		return
	}
	var r unix.PtraceRegs
	if unix.PtraceGetRegs(tid, &r) != nil {
		return
	}
	if !th.inside {
		fail(&r, int64(th.errno))
		th.errno = 0
		unix.PtraceSetRegs(tid, &r)
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if number(&r) == sysMark && args(&r)[0] == magicEnd {
		t.on = false
	}
	if !t.on {
		return
	}
	c, ok := named(tid, &r)
	if !ok || c.Site == untold && tid != t.actor {
		return // of the talk with other processes, as far as can be told
	}
	if t.plan.kills && len(t.calls)+1 == t.plan.nth {
		t.fired = &failure{call: c}
		unix.Kill(t.proc.Pid(), unix.SIGKILL)
		return
	}
	if th.errno = t.decide(c); th.errno != 0 && !c.done() {
		keep(&r)
		unix.PtraceSetRegs(tid, &r)
	}
}

// decide counts a call and says whether it fails.
func (t *tracer) decide(c call) unix.Errno {
	for _, l := range t.plan.lacks {
		if l.name == c.Name {
			return l.errno
		}
	}
	t.calls = append(t.calls, c)
	switch {
	case t.fired == nil && len(t.calls) == t.plan.nth:
		t.fired = &failure{c, t.plan.errno}
		if list := errnos[c.Name]; !slices.Contains(list, t.plan.errno) {
			t.fired.errno = list[0] // the call is another one this time
		}
	case t.fired == nil || !t.plan.stays || t.fired.Name != c.Name || !c.forGood(t.fired.errno):
		return 0
	}
	return t.fired.errno
}

// named tells what call it is; ok is false if it is none of the project's. Go's
// runtime has its own instructions to enter the kernel.
func named(tid int, r *unix.PtraceRegs) (c call, ok bool) {
	name, a := nrs[number(r)], args(r)
	switch name {
	case "":
		return c, false
	case "open":
		switch {
		case a[2]&unix.O_TMPFILE == unix.O_TMPFILE:
			name += " O_TMPFILE"
		case a[2]&unix.O_CREAT != 0:
			name += " O_CREAT"
		}
	case "mmap":
		if a[3]&unix.MAP_FIXED_NOREPLACE == unix.MAP_FIXED_NOREPLACE {
			name += " NOREPLACE"
		}
	case "futex":
		name += [2]string{" wait", " wake"}[a[1]&1]
	case "fcntl":
		name += commands[a[1]]
	case "shmctl":
		name += controls[a[1]&^0x100] // IPC_64
	}
	if errnos[name] == nil {
		return c, false
	}
	if f := runtime.FuncForPC(pc(r)); f == nil || !strings.HasSuffix(f.Name(), "runtime/syscall/linux.Syscall6") {
		return c, false
	}
	c = call{Name: name, Site: site(tid, r)}
	return c, c.Site != ""
}

var controls = map[uint64]string{unix.IPC_STAT: " STAT", unix.IPC_SET: " SET", unix.IPC_RMID: " RMID"}

var commands = map[uint64]string{
	unix.F_OFD_SETLK: " F_OFD_SETLK", unix.F_OFD_GETLK: " F_OFD_GETLK", unix.F_DUPFD_CLOEXEC: " F_DUPFD",
	unix.F_ADD_SEALS: " F_ADD_SEALS", unix.F_GET_SEALS: " F_GET_SEALS",
}

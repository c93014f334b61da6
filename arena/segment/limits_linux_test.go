package segment_test

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"usarena/arena/segment"
)

func init() {
	// limited runs in an IPC namespace of its own, with small limits there.
	roles["limited"] = func([]string) any {
		got := map[string]string{}
		note := func(what string, err error) {
			var e unix.Errno
			if errors.As(err, &e) {
				got[what] = unix.ErrnoName(e)
			} else if err != nil {
				got[what] = err.Error()
			}
		}
		set := func(name, value string) {
			note(name, os.WriteFile("/proc/sys/kernel/"+name, []byte(value), 0))
		}
		get := func(what string, size uint64) *segment.Segment {
			s, err := segment.Get(segment.Private, size, segment.Create|0o600)
			note(what, err)
			return s
		}
		set("shmmni", "2")
		get("first", 4096)
		s := get("second", 4096)
		get("SHMMNI", 4096)
		note("remove", s.Remove())
		set("shmmax", "10000")
		get("at SHMMAX", 10_000).Remove()
		get("above SHMMAX", 10_001)
		set("shmall", "3")
		get("at SHMALL", 8192).Remove()
		get("above SHMALL", 10_000)
		l, err := segment.SystemLimits()
		note("limits", err)
		u, err := segment.SystemUsage()
		note("usage", err)
		if l.Segments != 2 || l.SegmentMax != 10_000 || l.Pages != 3 || l.SegmentMin != 1 || u.Segments != 1 || u.Pages != 1 {
			note("told", errors.New("other limits"))
		}
		return got
	}
}

// Each system-wide limit: a segment at it, and the errno beyond it.
func TestLimitsReached(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root makes namespaces")
	}
	attr := &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWIPC}
	probe := exec.Command("/proc/self/exe", "-test.run", "^$")
	probe.SysProcAttr = attr
	if err := probe.Run(); errors.Is(err, unix.EPERM) {
		t.Skip("no IPC namespaces here")
	}
	got := with[map[string]string](t, attr, "limited")
	want := map[string]string{"SHMMNI": "ENOSPC", "above SHMMAX": "EINVAL", "above SHMALL": "ENOSPC"}
	for what := range want {
		if got[what] != want[what] {
			t.Errorf("%s gives %q, want %s", what, got[what], want[what])
		}
		delete(got, what)
	}
	if len(got) > 0 {
		t.Errorf("failed: %v", got)
	}
}

package info

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// startOf reads when a process began, in a way of its own.
func startOf(t *testing.T, pid int) uint64 {
	t.Helper()
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(b), ") ")
	n, err := strconv.ParseUint(strings.Fields(rest)[19], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestStopped(t *testing.T) {
	c := exec.Command("sleep", "1000")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Process.Kill(); c.Wait() })
	pid, ns := c.Process.Pid, ownNS()
	start := startOf(t, pid)
	m := &image{}
	if ns == 0 || m.stopped(pid, start, ns) {
		t.Fatalf("namespace %d, a running process is stopped", ns)
	}
	if err := c.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(time.Minute); !m.stopped(pid, start, ns); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("a stopped process is not seen to be")
		}
	}
	switch {
	case m.stopped(pid, start+1, ns):
		t.Error("another process of the same number")
	case m.stopped(pid, start, ns+1):
		t.Error("a process of another namespace")
	case m.stopped(pid, start, 0):
		t.Error("a process that has not described itself, and has not mapped the arena")
	}
}

// TestMappedBy knows who has mapped an arena's file by its maps.
func TestMappedBy(t *testing.T) {
	m := sample(t)
	var log findings
	v, err := open(m.file(t), &log)
	if err != nil {
		t.Fatal(err)
	}
	defer v.close()
	if !v.image.mappedBy(os.Getpid()) {
		t.Error("this process has mapped it")
	}
	v.image.ino++
	if v.image.mappedBy(os.Getpid()) {
		t.Error("this process has not mapped another file")
	}
}

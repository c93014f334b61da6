package liveness_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"usarena/internal/liveness"
)

// A helper process is this test binary with a role in its environment. It says
// "ready" (or an error) on standard output and then does as it is told there by
// one line each on standard input, until that ends.
const roleVar = "USARENA_LIVENESS_ROLE"

func TestMain(m *testing.M) {
	if role := os.Getenv(roleVar); role != "" {
		args := strings.Fields(role)
		slot, _ := strconv.Atoi(args[2])
		if err := roles[args[0]](args[1], slot); err != nil {
			fmt.Println("error:", err)
			os.Exit(1)
		}
		return
	}
	time.AfterFunc(2*time.Minute, func() { panic("watchdog: tests hang") })
	os.Exit(m.Run())
}

type child struct {
	t   *testing.T
	cmd *exec.Cmd
	in  interface{ Write([]byte) (int, error) }
	out *bufio.Scanner
}

// start runs a role on path and waits until it is ready.
func start(t *testing.T, role, path string, slot int) *child {
	t.Helper()
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s %s %d", roleVar, role, path, slot))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	c := &child{t: t, cmd: cmd, in: in, out: bufio.NewScanner(out)}
	if got := c.line(); got != "ready" {
		t.Fatalf("role %s: %q", role, got)
	}
	return c
}

func (c *child) line() string {
	if !c.out.Scan() {
		return "no answer"
	}
	return c.out.Text()
}

// tell sends one line and returns the answer.
func (c *child) tell(line string) string {
	c.t.Helper()
	if _, err := fmt.Fprintln(c.in, line); err != nil {
		c.t.Fatal(err)
	}
	return c.line()
}

func (c *child) signal(s unix.Signal) {
	c.t.Helper()
	if err := unix.Kill(c.cmd.Process.Pid, s); err != nil {
		c.t.Fatal(err)
	}
}

// state waits until the child's state in /proc is the wanted letter.
func (c *child) state(want byte) {
	c.t.Helper()
	for {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", c.cmd.Process.Pid))
		if err != nil {
			c.t.Fatal(err)
		}
		s := string(stat)
		if s[strings.LastIndexByte(s, ')')+2] == want {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

func (c *child) reap() { c.cmd.Wait() }

// eventually polls; the watchdog ends what never happens.
func eventually(f func() bool) {
	for !f() {
		time.Sleep(time.Millisecond)
	}
}

func open(path string) (int, error) { return unix.Open(path, unix.O_RDWR|unix.O_CLOEXEC, 0) }

func newKeeper(path string) (*liveness.Keeper, int, int, error) {
	hold, err := open(path)
	if err != nil {
		return nil, 0, 0, err
	}
	probe, err := open(path)
	if err != nil {
		return nil, 0, 0, err
	}
	k, err := liveness.New(hold, probe)
	return k, hold, probe, err
}

func keeper(t *testing.T, path string) *liveness.Keeper {
	t.Helper()
	k, _, _, err := newKeeper(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { k.Close() })
	return k
}

// places are files on a disk and on tmpfs, one page long.
func places(t *testing.T, f func(t *testing.T, path string)) {
	for _, dir := range []string{"disk", "shm"} {
		t.Run(dir, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "arena")
			if dir == "shm" {
				path = fmt.Sprintf("/dev/shm/usarena-liveness-%d-%d", os.Getpid(), time.Now().UnixNano())
				t.Cleanup(func() { os.Remove(path) })
			}
			if err := os.WriteFile(path, make([]byte, 4096), 0o600); err != nil {
				t.Fatal(err)
			}
			f(t, path)
		})
	}
}

func take(t *testing.T, k *liveness.Keeper, slot int) {
	t.Helper()
	if ok, err := k.Take(slot); !ok || err != nil {
		t.Fatalf("Take(%d) = %v, %v", slot, ok, err)
	}
}

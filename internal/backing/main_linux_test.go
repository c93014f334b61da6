package backing_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"usarena/internal/backing"
	"usarena/internal/layout"
)

// A helper process is this test binary with a role and a name in its
// environment. It prints "ready", waits for a line, acts and prints the result.
const roleVar = "USARENA_BACKING_ROLE"

func TestMain(m *testing.M) {
	if role, name, ok := strings.Cut(os.Getenv(roleVar), " "); ok {
		roles[role](name)
		return
	}
	time.AfterFunc(2*time.Minute, func() { panic("watchdog: tests hang") })
	os.Exit(m.Run())
}

var roles = map[string]func(name string){
	"create":       func(name string) { race(name, backing.Create) },
	"create-named": func(name string) { backing.NoTmpfile(); race(name, backing.Create) },
	"hang":         hang,
	"hang-named":   func(name string) { backing.NoTmpfile(); hang(name) },
	"limit":        limited,
	"inherit":      inherit,
	"owner":        owner,
}

type child struct {
	t   *testing.T
	cmd *exec.Cmd
	in  io.Writer
	out *bufio.Scanner
}

func start(t *testing.T, role, name string, files ...*os.File) *child {
	t.Helper()
	return startAs(t, nil, role, name, files...)
}

func startAs(t *testing.T, user *syscall.Credential, role, name string, files ...*os.File) *child {
	t.Helper()
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), roleVar+"="+role+" "+name)
	cmd.Stderr = os.Stderr
	cmd.ExtraFiles = files
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: user}
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

func (c *child) goOn() {
	c.t.Helper()
	if _, err := fmt.Fprintln(c.in); err != nil {
		c.t.Fatal(err)
	}
}

func (c *child) kill() {
	c.cmd.Process.Kill()
	c.cmd.Wait()
}

// ready tells the parent and waits for its line.
func ready() {
	fmt.Println("ready")
	bufio.NewReader(os.Stdin).ReadString('\n')
}

func parse(t *testing.T, name string) backing.Name {
	t.Helper()
	n, err := backing.Parse(name)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// places runs f with names on a disk and on tmpfs, in directories of their own
// where names have any.
func places(t *testing.T, f func(t *testing.T, name string)) {
	t.Run("disk", func(t *testing.T) { f(t, filepath.Join(t.TempDir(), "arena")) })
	t.Run("shm", func(t *testing.T) { f(t, shmTemp(t)+"/arena") })
}

// shmTemp is t.TempDir on tmpfs; other users may look into it.
func shmTemp(t *testing.T) string {
	t.Helper()
	dir := fmt.Sprintf("/dev/shm/usarena-backing-%d-%d", os.Getpid(), time.Now().UnixNano())
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// ways runs f with every way there is to make a file.
func ways(t *testing.T, f func(t *testing.T, name string)) {
	places(t, f)
	t.Run("renamed", func(t *testing.T) {
		defer backing.NoTmpfile()()
		places(t, f)
	})
	t.Run("linked", func(t *testing.T) {
		defer backing.NoTmpfile()()
		defer backing.NoRenameat2()()
		places(t, f)
	})
}

func fill(text string) func(*backing.File) error {
	return func(f *backing.File) error {
		if err := f.Truncate(2 * layout.PageSize); err != nil {
			return err
		}
		if err := f.Reserve([]layout.Piece{{Off: 0, Len: layout.PageSize}}); err != nil {
			return err
		}
		_, err := f.WriteAt([]byte(text), 0)
		return err
	}
}

func create(t *testing.T, n backing.Name, text string) *backing.File {
	t.Helper()
	f, err := backing.Create(n, 0o600, fill(text))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func reads(t *testing.T, f *backing.File, want string) {
	t.Helper()
	b := make([]byte, len(want))
	if n, err := f.ReadHeader(b); n != len(b) || err != nil || string(b) != want {
		t.Errorf("read %q, %v, want %q", b[:n], err, want)
	}
}

// only fails unless the file is alone in its directory, or nothing is there if
// name is "".
func only(t *testing.T, dir, name string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() != name {
			t.Errorf("left behind: %s", e.Name())
		}
	}
	if name != "" && len(entries) == 0 {
		t.Errorf("%s is missing", name)
	}
}

func outcome(err error) string {
	switch {
	case err == nil:
		return "won"
	case errors.Is(err, fs.ErrExist):
		return "exists"
	}
	return "error: " + err.Error()
}

func mount(t *testing.T, options string) string {
	t.Helper()
	dir := t.TempDir()
	if err := unix.Mount("usarena-test", dir, "tmpfs", 0, options); err != nil {
		t.Skipf("needs a small tmpfs of its own, which this user may not mount: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

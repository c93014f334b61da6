package segment_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"usarena/arena/segment"
)

// A child process of a test is this binary again, with a role of its own.
const roleEnv = "USARENA_SEGMENT_ROLE"

var roles = map[string]func(args []string) any{}

func TestMain(m *testing.M) {
	if role := os.Getenv(roleEnv); role != "" {
		json.NewEncoder(os.Stdout).Encode(roles[role](os.Args[1:]))
		return
	}
	before := left()
	code := m.Run()
	if after := left(); before != "" || after != "" {
		if before != after {
			fmt.Fprintf(os.Stderr, "left over:\nbefore %s\nafter  %s\n", before, after)
			code = 1
		}
	}
	if peerDir != "" {
		os.RemoveAll(peerDir)
	}
	os.Exit(code)
}

// left are segments and objects of tests that are there.
func left() string {
	all, err := segment.List()
	if err != nil {
		return err.Error()
	}
	var names []string
	for _, s := range all {
		if s.Creator == os.Getpid() {
			names = append(names, fmt.Sprint(s.ID))
		}
	}
	shm, _ := filepath.Glob(fmt.Sprintf("/dev/shm/usarena-segment-%d-*", os.Getpid()))
	return strings.Join(append(names, shm...), " ")
}

// as runs a role in a process of another user, or of this one if uid is -1.
func as[T any](t *testing.T, uid int, role string, args ...string) (answer T) {
	t.Helper()
	if uid >= 0 && os.Getuid() != 0 {
		t.Skip("only root can be another user")
	}
	attr := new(syscall.SysProcAttr)
	if uid >= 0 {
		attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(uid)}
	}
	return with[T](t, attr, role, args...)
}

// with runs a role in a process made so.
func with[T any](t *testing.T, attr *syscall.SysProcAttr, role string, args ...string) (answer T) {
	t.Helper()
	c := exec.Command("/proc/self/exe", args...)
	c.Env = append(os.Environ(), roleEnv+"="+role)
	c.Dir = "/"
	c.SysProcAttr = attr
	var errs bytes.Buffer
	c.Stderr = &errs
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", role, err, &errs)
	}
	if err := json.Unmarshal(out, &answer); err != nil {
		t.Fatalf("%s: %v: %s", role, err, out)
	}
	return answer
}

var (
	peerOnce sync.Once
	peerDir  string
	peerErr  error
)

// peer runs the C program and gives what it prints, by name, and its errno.
func peer(t *testing.T, args ...any) (map[string]string, unix.Errno) {
	t.Helper()
	peerOnce.Do(func() {
		if peerDir, peerErr = os.MkdirTemp("", "usarena-segment"); peerErr != nil {
			return
		}
		out, err := exec.Command("gcc", "-O1", "-Wall", "-o", filepath.Join(peerDir, "peer"), "testdata/peer.c", "-lrt").CombinedOutput()
		if err != nil {
			peerErr = fmt.Errorf("%w\n%s", err, out)
		}
	})
	if errors.Is(peerErr, exec.ErrNotFound) {
		t.Skip("no C compiler")
	}
	if peerErr != nil {
		t.Fatal(peerErr)
	}
	var list []string
	for _, a := range args {
		list = append(list, fmt.Sprint(a))
	}
	out, err := exec.Command(filepath.Join(peerDir, "peer"), list...).Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	said := map[string]string{}
	for line := range strings.Lines(string(out)) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		said[name] = value
	}
	if exit != nil {
		return said, unix.Errno(exit.ExitCode())
	}
	return said, 0
}

func must(t *testing.T, errs ...error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// shmName is a name that no other object has; it is removed at the end.
func shmName(t *testing.T) string {
	t.Helper()
	name := fmt.Sprintf("/usarena-segment-%d-%d", os.Getpid(), rand.Uint32())
	t.Cleanup(func() { os.Remove("/dev/shm" + name) })
	return name
}

// freeKey is a key that no segment has.
func freeKey(t *testing.T) segment.Key {
	t.Helper()
	for {
		k := segment.Key(rand.Int32N(1<<30) + 1)
		if _, err := segment.Get(k, 0, 0); errors.Is(err, os.ErrNotExist) {
			return k
		}
	}
}

// newSysV is a new segment that is removed at the end.
func newSysV(t *testing.T, key segment.Key, size uint64, flags int) *segment.Segment {
	t.Helper()
	s, err := segment.Get(key, size, flags|segment.Create)
	must(t, err)
	t.Cleanup(func() {
		s.Close()
		if s, err := segment.ByID(s.ID()); err == nil { // the test may have closed or removed it
			s.Remove()
		}
	})
	return s
}

func text(b []byte) string { return string(bytes.TrimRight(b, "\x00")) }

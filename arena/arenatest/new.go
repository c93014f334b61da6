package arenatest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"usarena/arena"
	"usarena/config"
	"usarena/info"
	"usarena/internal/scratch"
)

// shm is where arenas of tests are, prefix what their names begin with; the
// process id follows, and a number.
const (
	shm    = "/dev/shm"
	prefix = "usarena-test-"
)

var (
	names atomic.Uint64
	once  sync.Once
)

// sweep removes what tests that were killed have left.
func sweep() {
	scratch.Janitor()
	scratch.SweepSysV()
	all, _ := filepath.Glob(filepath.Join(shm, prefix+"*"))
	for _, name := range all {
		var pid, n int
		if _, err := fmt.Sscanf(filepath.Base(name), prefix+"%d-%d", &pid, &n); err != nil {
			continue
		}
		if _, err := os.Stat(fmt.Sprintf("/proc/%d", pid)); errors.Is(err, fs.ErrNotExist) {
			arena.Remove(name) // leaves alone what is in use, and what is no arena
		}
	}
}

// Backing is what the arenas of this run lie on, by USARENA_TEST_BACKING: "tmpfs", a
// file in shared memory, if it is not set; "file", a file in the directory for
// temporary files; "shm", a POSIX shared memory object; "sysv", a System V segment;
// "memfd", anonymous memory.
func Backing() string {
	if b := os.Getenv("USARENA_TEST_BACKING"); b != "" {
		return b
	}
	return "tmpfs"
}

// Name is a name for an arena that nobody else uses, on the backing of this run; in
// t.TempDir where there is no shared memory. Whatever has that name when the test
// ends is removed.
func Name(t testing.TB) string {
	t.Helper()
	once.Do(sweep)
	base := fmt.Sprintf("%s%d-%d", prefix, os.Getpid(), names.Add(1))
	name := filepath.Join(shm, base)
	switch b := Backing(); b {
	case "tmpfs":
	case "file":
		name = filepath.Join(t.TempDir(), base)
		t.Cleanup(func() { os.Remove(name) })
		return name
	case "shm":
		t.Cleanup(func() { os.Remove(name) })
		return "shm:/" + base
	case "sysv":
		name := scratch.SysVName()
		t.Cleanup(func() { Unlink(name) })
		return name
	case "memfd":
		t.Skip("an anonymous arena has no name before it is made")
	default:
		t.Fatalf("USARENA_TEST_BACKING is %q; tmpfs, file, shm, sysv and memfd are known", b)
	}
	if f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600); err != nil {
		name = filepath.Join(t.TempDir(), base)
	} else {
		f.Close()
		os.Remove(name)
	}
	t.Cleanup(func() { os.Remove(name) })
	return name
}

// New creates an arena for t. When t ends, a.Check runs, the arena is closed
// (unless the test did so) and checked once more, and removed. Findings fail the
// test.
func New(t testing.TB, cfg ...*config.Config) *arena.Arena {
	t.Helper()
	var c *config.Config
	if len(cfg) > 0 {
		c = cfg[0]
	}
	var a *arena.Arena
	var err error
	if Backing() == "memfd" {
		var forget func() error
		if a, forget, err = scratch.Anonymous(c); err == nil {
			t.Cleanup(func() { forget() })
		}
	} else {
		a, err = arena.Create(Name(t), c)
	}
	if err != nil {
		t.Fatalf("arenatest: %v", err)
	}
	t.Cleanup(func() { finish(t, a) })
	return a
}

func finish(t testing.TB, a *arena.Arena) {
	if a.Add() == nil {
		report(t, "before Close", a.Check())
	}
	if err := a.Close(); err != nil {
		t.Errorf("arenatest: close %s: %v", a.Name(), err)
	}
	r, err := info.Check(a.Name())
	switch {
	case errors.Is(err, fs.ErrNotExist): // the test has unlinked it
	case err != nil:
		t.Errorf("arenatest: check %s: %v", a.Name(), err)
	default:
		report(t, "after Close", r)
	}
}

func report(t testing.TB, when string, r info.Report) {
	for _, f := range r.Findings {
		t.Errorf("arenatest: %s: %s at %#x: %s", when, f.Kind, f.Offset, f.Detail)
	}
}

// Path is the file behind an arena that Name named; of a System V segment, its lock
// file.
func Path(name string) string { return scratch.Path(name) }

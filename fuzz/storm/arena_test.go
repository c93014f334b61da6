package storm

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/config"
	"usarena/info"
	"usarena/internal/worker"
)

var (
	janitors   sync.Once
	arenaCount int
)

// newArena creates an arena that is removed when the test ends, or, if the
// process ends otherwise, then.
func newArena(t *testing.T, cfg config.Config) *arena.Arena {
	t.Helper()
	janitors.Do(func() {
		if _, err := start(context.Background(), "janitor", os.Getpid()); err != nil {
			t.Fatal(err)
		}
	})
	switch arenatest.Backing() {
	case "sysv":
		if cfg.MaxSize != 0 {
			cfg.Size = cfg.MaxSize
		}
		return arenatest.New(t, &cfg)
	case "memfd":
		return arenatest.New(t, &cfg)
	}
	arenaCount++
	name := fmt.Sprint(prefix(os.Getpid()), arenaCount)
	if arenatest.Backing() == "shm" {
		name = "shm:/" + filepath.Base(name)
	}
	a, err := arena.Create(name, &cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
		r, err := info.Check(name)
		if err != nil {
			t.Error(err)
		}
		complain(t, "at the end", r)
		os.Remove(name)
	})
	return a
}

func complain(t *testing.T, when string, r info.Report) {
	t.Helper()
	for _, f := range r.Findings {
		t.Errorf("%s: %s at %#x: %s", when, f.Kind, f.Offset, f.Detail)
	}
}

// wantClean checks the arena while others go on.
func wantClean(t *testing.T, when string, a *arena.Arena) {
	t.Helper()
	complain(t, when, a.Check())
	if t.Failed() {
		t.FailNow()
	}
}

// prefix is how the names of this process's arenas begin.
func prefix(pid int) string {
	dir := "/dev/shm"
	if st, err := os.Stat(dir); err != nil || !st.IsDir() || arenatest.Backing() == "file" {
		dir = os.TempDir()
	}
	return filepath.Join(dir, fmt.Sprintf("usarena-storm-%d-", pid))
}

// The janitor removes the arenas of the test process when that has ended, in
// whatever way: it sees the end of its input.
func init() {
	role("janitor", func(s *worker.Side) error {
		var of int
		if err := s.Spec(&of); err != nil {
			return err
		}
		io.Copy(io.Discard, os.Stdin)
		names, err := filepath.Glob(prefix(of) + "*")
		for _, name := range names {
			os.Remove(name)
		}
		return err
	})
}

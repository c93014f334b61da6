//go:build linux && amd64

package steps

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"usarena/internal/roles"
	"usarena/internal/worker"
)

// Files of this process's arenas are in a directory that goes with it, in
// whatever way it ends: the janitor sees the end of its input.
var (
	janitors sync.Once
	dir      string
	files    atomic.Uint64
)

func init() {
	role("janitor", func(s *worker.Side) error {
		var dir string
		if err := s.Spec(&dir); err != nil {
			return err
		}
		io.Copy(io.Discard, os.Stdin)
		return os.RemoveAll(dir)
	})
}

// fileName is a name for a new arena.
func fileName(t testing.TB) string {
	janitors.Do(func() {
		parent := "/dev/shm"
		if st, err := os.Stat(parent); err != nil || !st.IsDir() {
			parent = os.TempDir()
		}
		var err error
		if dir, err = os.MkdirTemp(parent, fmt.Sprintf("usarena-steps-%d-", os.Getpid())); err != nil {
			t.Fatal(err)
		}
		if _, err := start(context.Background(), "janitor", dir); err != nil {
			t.Fatal(err)
		}
	})
	return filepath.Join(dir, fmt.Sprint(files.Add(1)))
}

func start(ctx context.Context, name string, spec any, prepare ...func(*exec.Cmd) error) (*worker.Proc, error) {
	return roles.Start(ctx, name, spec, prepare...)
}

// tame makes a Go process a quiet one: one processor, no signals of its own. One that
// is stepped collects no garbage meanwhile; the others live long.
func tame(name string) func(*exec.Cmd) error {
	return func(cmd *exec.Cmd) error {
		cmd.Env = append(cmd.Env, "GOMAXPROCS=1", "GODEBUG=asyncpreemptoff=1")
		if name == "hand" {
			cmd.Env = append(cmd.Env, "GOGC=off")
		}
		return nil
	}
}

var errSilent = errors.New("watchdog: no answer in time")

// member is a started process. What it tells is read all the time.
type member struct {
	*worker.Proc
	cmd   *exec.Cmd
	begin *os.File // a byte written here lets a hand go
	told  chan json.RawMessage
	ended chan struct{}
	err   error
}

// launch starts a tame process; it must be ended with end.
func launch(name string) (*member, error) {
	m := &member{told: make(chan json.RawMessage, 16), ended: make(chan struct{})}
	out, in, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer out.Close()
	m.begin = in
	m.Proc, err = start(context.Background(), name, 0, tame(name), func(cmd *exec.Cmd) error {
		cmd.ExtraFiles = []*os.File{out}
		m.cmd = cmd
		return nil
	})
	if err != nil {
		in.Close()
		return nil, err
	}
	go func() {
		defer close(m.ended)
		for {
			var v json.RawMessage
			if m.err = m.Hear(&v); m.err != nil {
				if e := m.Wait(); e == nil {
					m.err = nil
				}
				return
			}
			m.told <- v
		}
	}()
	return m, nil
}

// hear waits for the next value that the process tells.
func (m *member) hear(v any) error {
	select {
	case b := <-m.told:
		return json.Unmarshal(b, v)
	case <-time.After(patience):
		return fmt.Errorf("process %d: %w", m.Pid(), errSilent)
	case <-m.ended:
	}
	select {
	case b := <-m.told:
		return json.Unmarshal(b, v)
	default:
		return fmt.Errorf("process %d has ended: %w", m.Pid(), errors.Join(m.err, errors.New("too early")))
	}
}

// ask sends one value and waits for another.
func (m *member) ask(v, to any) error {
	if err := m.Tell(v); err != nil {
		return err
	}
	return m.hear(to)
}

// do gives a peer an order.
func (m *member) do(o order) (an answer, err error) {
	if err = m.ask(o, &an); err == nil && an.Err != "" {
		err = fmt.Errorf("%s: %s", o.Do, an.Err)
	}
	return an, err
}

// end ends the process, if it has not, and waits for that.
func (m *member) end() {
	m.begin.Close()
	for {
		select {
		case <-m.ended:
			return
		case <-m.told:
		case <-time.After(time.Millisecond):
			m.cmd.Process.Signal(syscall.SIGKILL)
		}
	}
}

package storm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"usarena/internal/roles"
	"usarena/internal/worker"
)

// Watchdogs. Nothing here takes long unless it hangs.
const (
	patience = 10 * time.Second // for one step
	testMost = 30 * time.Minute // for a test, so that nothing stays
)

func start(ctx context.Context, name string, spec any, prepare ...func(*exec.Cmd) error) (*worker.Proc, error) {
	return roles.Start(ctx, name, spec, prepare...)
}

// member is a started process. What it tells is read all the time, so that its
// failure is known at once.
type member struct {
	*worker.Proc
	cmd   *exec.Cmd
	told  chan json.RawMessage
	ended chan struct{} // closed when it has ended and err is set
	err   error
}

// launch starts a process that is killed when the test ends.
func launch(t *testing.T, name string, spec any, prepare ...func(*exec.Cmd) error) *member {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), testMost)
	m := &member{told: make(chan json.RawMessage, 16), ended: make(chan struct{})}
	p, err := start(ctx, name, spec, append(prepare, func(cmd *exec.Cmd) error { m.cmd = cmd; return nil })...)
	if err != nil {
		cancel()
		t.Fatal(err)
	}
	m.Proc = p
	go func() {
		defer cancel()
		defer close(m.ended)
		for {
			var v json.RawMessage
			if m.err = p.Hear(&v); m.err != nil {
				if e := p.Wait(); e == nil {
					m.err = nil // it ended well, having told everything
				}
				return
			}
			m.told <- v
		}
	}()
	t.Cleanup(m.kill)
	return m
}

// kill ends the process with SIGKILL and returns when it has ended.
func (m *member) kill() {
	for {
		select {
		case <-m.ended:
			return
		case <-m.told: // it might be waiting to tell
		case <-time.After(time.Millisecond):
			m.signal(syscall.SIGKILL)
		}
	}
}

// signal does nothing to a process that has ended.
func (m *member) signal(s syscall.Signal) { _ = m.cmd.Process.Signal(s) }

var errSilent = errors.New("watchdog: no answer in time")

// hear waits for the next value that the process tells.
func (m *member) hear(v any) error {
	select {
	case b := <-m.told:
		return json.Unmarshal(b, v)
	case <-time.After(3 * patience):
		return fmt.Errorf("process %d: %w", m.Pid(), errSilent)
	case <-m.ended:
	}
	select {
	case b := <-m.told:
		return json.Unmarshal(b, v)
	default:
		return fmt.Errorf("process %d has ended: %w", m.Pid(), m.err)
	}
}

func (m *member) mustHear(t *testing.T, v any) {
	t.Helper()
	if err := m.hear(v); err != nil {
		t.Fatal(err)
	}
}

func (m *member) mustTell(t *testing.T, v any) {
	t.Helper()
	if err := m.Tell(v); err != nil {
		t.Fatal(err)
	}
}

// mustEnd waits for an end that must be a good one.
func (m *member) mustEnd(t *testing.T) {
	t.Helper()
	select {
	case <-m.ended:
		if m.err != nil {
			t.Fatal(m.err)
		}
	case <-time.After(3 * patience):
		t.Fatalf("process %d: %v", m.Pid(), errSilent)
	}
}

// failed is why the process has ended, nil while it lives.
func (m *member) failed() error {
	select {
	case <-m.ended:
		return fmt.Errorf("process %d has ended: %w", m.Pid(), errors.Join(m.err, errors.New("too early")))
	default:
		return nil
	}
}

// until polls cond. Members that end meanwhile fail the test.
func until(t *testing.T, what string, team []*member, cond func() bool) {
	t.Helper()
	untilIn(t, patience, what, team, cond)
}

// untilIn is until for what may take long in a long run.
func untilIn(t *testing.T, most time.Duration, what string, team []*member, cond func() bool) {
	t.Helper()
	for end := time.Now().Add(most); !cond(); time.Sleep(200 * time.Microsecond) {
		for _, m := range team {
			if err := m.failed(); err != nil {
				t.Fatalf("waiting for %s: %v", what, err)
			}
		}
		if time.Now().After(end) {
			t.Fatalf("watchdog: %s", what)
		}
	}
}

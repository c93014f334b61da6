package worker

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
)

// Proc is a worker as its starter sees it.
type Proc struct {
	cmd    *exec.Cmd
	wait   sync.Once
	ended  error
	kind   string
	in     io.WriteCloser
	enc    *json.Encoder
	dec    *json.Decoder
	stderr bytes.Buffer
}

// Start starts a worker of a registered kind. The spec is handed over as JSON.
// When ctx ends the worker is killed. Each prepare may change the command before
// it starts, as arena.Arena.Command does.
func Start(ctx context.Context, kind string, spec any, prepare ...func(*exec.Cmd) error) (*Proc, error) {
	text, err := json.Marshal(spec)
	if err != nil {
		return nil, fmt.Errorf("worker %s: %w", kind, err)
	}
	cmd := exec.CommandContext(ctx, "/proc/self/exe")
	cmd.Args[0] = "usarena-" + kind
	cmd.Env = append(os.Environ(), envKind+"="+kind, envSpec+"="+string(text))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	p := &Proc{cmd: cmd, kind: kind}
	cmd.Stderr = &p.stderr
	if p.in, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.enc, p.dec = json.NewEncoder(p.in), json.NewDecoder(out)
	for _, f := range prepare {
		if err := f(cmd); err != nil {
			return nil, fmt.Errorf("worker %s: %w", kind, err)
		}
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("worker %s: %w", kind, err)
	}
	return p, nil
}

// Pid is the worker's process id.
func (p *Proc) Pid() int { return p.cmd.Process.Pid }

// Tell sends a value to the worker.
func (p *Proc) Tell(v any) error {
	if err := p.enc.Encode(v); err != nil {
		return fmt.Errorf("worker %s, process %d: %w", p.kind, p.Pid(), err)
	}
	return nil
}

// Hear waits for the next value of the worker and stores it in v. What made the
// worker give up is returned as an error.
func (p *Proc) Hear(v any) error {
	var m message
	if err := p.dec.Decode(&m); err != nil {
		if err := p.Wait(); err != nil {
			return err
		}
		return fmt.Errorf("worker %s, process %d, ended without an answer", p.kind, p.Pid())
	}
	if m.Failed != "" {
		return errors.New(m.Failed)
	}
	return json.Unmarshal(m.Body, v)
}

// Wait waits for the worker's end, which must be a good one. It may be called
// again. The worker's input is closed only after its end, since that would end
// it.
func (p *Proc) Wait() error {
	p.wait.Do(func() {
		if err := p.cmd.Wait(); err != nil {
			p.ended = fmt.Errorf("worker %s, process %d: %w: %s", p.kind, p.Pid(), err, strings.TrimSpace(p.stderr.String()))
		}
	})
	return p.ended
}

// Signal sends a signal to the worker, also one that has ended, if it was not
// waited for yet.
func (p *Proc) Signal(s os.Signal) error { return p.cmd.Process.Signal(s) }

// Kill ends the worker with SIGKILL, if it still runs, and waits for its end.
func (p *Proc) Kill() {
	p.cmd.Process.Kill() // an error says that it has ended
	p.Wait()
}

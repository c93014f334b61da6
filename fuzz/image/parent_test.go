package image_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"usarena/internal/scratch"
	"usarena/internal/worker"
)

// The child gets a second for an input. If that was too little, a fresh child
// gets much longer, so that a busy machine is not taken for an endless loop.
var theNurse = nurse{patience: time.Second, last: 20 * time.Second}

// nurse keeps one child alive and gives it inputs.
type nurse struct {
	mu    sync.Mutex
	child *worker.Proc

	patience, last time.Duration
}

// try gives an input to the child. The error is the verdict: what must not be.
func (n *nurse) try(f *file, q request) (*answer, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	q.Name = fileName()
	defer os.Remove(q.Name)
	a, late, err := n.ask(f, &q, n.patience)
	if late {
		a, late, err = n.ask(f, &q, n.last)
	}
	switch {
	case late:
		return nil, fmt.Errorf("no answer within %v, and within %v of a fresh child: %s", n.patience, n.last, short(err))
	case err != nil:
		return nil, fmt.Errorf("the child died: %s", short(err))
	case len(a.Bad) > 0:
		return a, errors.New(strings.Join(a.Bad, "\n"))
	}
	return a, nil
}

func (n *nurse) ask(f *file, q *request, patience time.Duration) (_ *answer, late bool, err error) {
	if err := f.write(q.Name); err != nil {
		return nil, false, err
	}
	if n.child == nil {
		if n.child, err = worker.Start(context.Background(), "image", nil); err != nil {
			return nil, false, err
		}
	}
	p := n.child
	var expired atomic.Bool
	watchdog := time.AfterFunc(patience, func() {
		expired.Store(true)
		syscall.Kill(p.Pid(), syscall.SIGQUIT) // shows where it is
		time.AfterFunc(patience, p.Kill)
	})
	var a answer
	err = p.Tell(q)
	if err == nil {
		err = p.Hear(&a)
	}
	if !watchdog.Stop() || err != nil {
		n.end()
	}
	if expired.Load() && err == nil {
		err = errors.New("it came too late")
	}
	return &a, expired.Load(), err
}

// end kills the child.
func (n *nurse) end() {
	if n.child != nil {
		n.child.Kill()
		n.child = nil
	}
}

// fileName is where this process puts files to be tried.
func fileName() string { return scratch.Prefix("fuzzimage") + "0" }

// sweep removes files of processes that were killed before they could.
func sweep() {
	prefix, _, _ := strings.Cut(scratch.Prefix("fuzzimage"), strconv.Itoa(os.Getpid()))
	names, _ := filepath.Glob(prefix + "*-0*")
	for _, name := range names {
		text, _, _ := strings.Cut(strings.TrimPrefix(name, prefix), "-")
		pid, err := strconv.Atoi(text)
		if err == nil && (pid == os.Getpid() || errors.Is(syscall.Kill(pid, 0), syscall.ESRCH)) {
			os.Remove(name)
		}
	}
}

// short is what is worth reading of a dying child's last words: the first lines
// and the goroutine that played.
func short(err error) string {
	parts := strings.Split(err.Error(), "\n\n")
	text := parts[0]
	for _, p := range parts[1:] {
		if strings.Contains(p, "image_test.(*witness)") {
			text += "\n\n" + p
		}
	}
	return text
}

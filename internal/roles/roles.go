// Package roles is for test binaries that start themselves again: what a started
// process does is a named role, and a role that no test starts is a test that
// is gone.
package roles

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"testing"

	"usarena/internal/worker"
)

var (
	mu      sync.Mutex
	started = map[string]int{} // by role
	skipped atomic.Bool
)

// Register says what a process of a role does, for init functions.
func Register(name string, work func(*worker.Side) error) {
	worker.Register(name, work)
	started[name] = 0
}

// Start starts a process of a role, as worker.Start.
func Start(ctx context.Context, name string, spec any, prepare ...func(*exec.Cmd) error) (*worker.Proc, error) {
	mu.Lock()
	started[name]++
	mu.Unlock()
	return worker.Start(ctx, name, spec, prepare...)
}

// Skipped says that a test cannot run here, so that some roles may be unused.
func Skipped() { skipped.Store(true) }

// Main is the beginning of every process: of a role, which ends there, or of the
// tests, before which ready runs. Roles are unused by right if one of the filters,
// which are flags, leaves tests out.
func Main(m *testing.M, ready func(), filters ...string) {
	worker.Main()
	flag.Parse()
	ready()
	status := m.Run()
	if status == 0 && whole(append(filters, "test.run", "test.skip", "test.list", "test.fuzz")) {
		for name, n := range started {
			if n == 0 {
				fmt.Fprintf(os.Stderr, "no test starts the role %q\n", name)
				status = 1
			}
		}
	}
	os.Exit(status)
}

// whole says that no flag left tests out.
func whole(filters []string) bool {
	for _, name := range filters {
		if f := flag.Lookup(name); f != nil && f.Value.String() != "" {
			return false
		}
	}
	return !skipped.Load()
}

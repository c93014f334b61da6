package arenatest

import (
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"
)

// helperEnv names the function that a helper process runs.
const helperEnv = "USARENA_TEST_HELPER"

// Patience is how long a helper may run before it is taken to hang.
const Patience = 2 * time.Minute

var (
	mu      sync.Mutex
	helpers = map[string]func(args []string) error{}
)

// Register names a function for helper processes. Call it from an init function
// or at the beginning of TestMain. A name that is taken panics.
func Register(name string, f func(args []string) error) {
	mu.Lock()
	defer mu.Unlock()
	if helpers[name] != nil {
		panic("arenatest: helper " + name + " is registered twice")
	}
	helpers[name] = f
}

// Main runs the tests, or the one helper that this process was started for. It
// does not return. A helper's error goes to standard error and makes the exit
// status 1.
func Main(m *testing.M) {
	name, isHelper := os.LookupEnv(helperEnv)
	if !isHelper {
		os.Exit(m.Run())
	}
	mu.Lock()
	f := helpers[name]
	mu.Unlock()
	if f == nil {
		fmt.Fprintf(os.Stderr, "arenatest: no helper %q is registered\n", name)
		os.Exit(2)
	}
	// A helper that nobody waits for any more must not stay for ever.
	time.AfterFunc(Patience, func() {
		fmt.Fprintf(os.Stderr, "arenatest: helper %s hangs\n", name)
		os.Exit(3)
	})
	go endWith(os.Getppid())
	if err := f(os.Args[1:]); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// endWith ends a helper whose parent has gone, a while after: nobody hears it any more,
// but it may be what the test is about.
func endWith(parent int) {
	for os.Getppid() == parent {
		time.Sleep(100 * time.Millisecond)
	}
	time.Sleep(10 * time.Second)
	os.Exit(4)
}

// Command is the test binary as a helper process, not started yet. The function
// registered under name gets args. The process is killed and waited for when the
// test ends.
func Command(t testing.TB, name string, args ...string) *exec.Cmd {
	t.Helper()
	cmd, err := Process(name, args...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if cmd.Process != nil && cmd.ProcessState == nil {
			cmd.Process.Kill()
			cmd.Wait()
		}
	})
	return cmd
}

// Process is Command without a test to clean up after it, for examples.
func Process(name string, args ...string) (*exec.Cmd, error) {
	mu.Lock()
	known := helpers[name] != nil
	mu.Unlock()
	if !known {
		return nil, fmt.Errorf("arenatest: no helper %q is registered", name)
	}
	exe, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("arenatest: %w", err)
	}
	cmd := exec.Command(exe, args...)
	cmd.Env = append(os.Environ(), helperEnv+"="+name)
	return cmd, nil
}

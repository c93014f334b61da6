package main_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"usarena/arena"
	"usarena/config"
	"usarena/internal/worker"
)

// The program under test, and a process that uses an arena until it is killed.
var binary string

const victimEnv = "USARENA_TEST_VICTIM"

func TestMain(m *testing.M) {
	if name := os.Getenv(victimEnv); name != "" {
		victim(name)
	}
	if args := os.Getenv(tieEnv); args != "" {
		tie(args)
	}
	dir, err := os.MkdirTemp("", "usarena-cmd")
	if err != nil {
		panic(err)
	}
	binary = filepath.Join(dir, "usarena")
	build := exec.Command("go", "build", "-o", binary, ".")
	build.Env = append(os.Environ(), "GOARCH="+runtime.GOARCH)
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, out)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// victim joins an arena, allocates two blocks, says so, and waits for its death.
func victim(name string) {
	a, err := arena.Join(name)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	for _, n := range []uint64{100, 100_000} {
		if _, err := a.Malloc(n); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	}
	fmt.Println("ready")
	worker.Stay()
}

// startVictim runs one.
func startVictim(t *testing.T, name string) *exec.Cmd {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), victimEnv+"="+name)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Process.Kill(); c.Wait() })
	if line, _ := bufio.NewReader(out).ReadString('\n'); line != "ready\n" {
		t.Fatalf("the victim says %q", line)
	}
	return c
}

// run runs the program and returns what it wrote and its exit status.
func run(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	c := exec.CommandContext(t.Context(), binary, args...)
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	c.WaitDelay = 10 * time.Second
	err := c.Run()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return out.String(), errs.String(), exit.ExitCode()
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.String(), errs.String(), 0
}

// ok runs the program, which must succeed without a word on standard error.
func ok(t *testing.T, args ...string) string {
	t.Helper()
	out, errs, code := run(t, args...)
	if code != 0 || errs != "" {
		t.Fatalf("usarena %s: status %d, standard error %q, standard output\n%s", strings.Join(args, " "), code, errs, out[:min(len(out), 4000)])
	}
	return out
}

// newArena makes one and returns its name.
func newArena(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "arena")
	a, err := arena.Create(name, &config.Config{MaxSize: 64 << 20})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	return name
}

// keysOf are the keys of a JSON object, in order of the alphabet.
func keysOf(t *testing.T, text string) []string {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// wantKeys compares them with a list.
func wantKeys(t *testing.T, text, list string) {
	t.Helper()
	want := strings.Fields(list)
	slices.Sort(want)
	if got := keysOf(t, text); !slices.Equal(got, want) {
		t.Errorf("keys %v, want %v", got, want)
	}
}

// leftovers are arenas of one process that are still there.
func leftovers(t *testing.T, pid int) []string {
	t.Helper()
	list, err := filepath.Glob(fmt.Sprintf("/dev/shm/usarena-*-%d-*", pid))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

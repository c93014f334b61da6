package arena_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/config"
)

func TestMain(m *testing.M) { arenatest.Main(m) }

func init() {
	// hold joins args[0], allocates, says so and stays until its standard input ends.
	arenatest.Register("hold", func(args []string) error {
		a, err := arena.Init(args[0], nil)
		if err != nil {
			return err
		}
		var blocks []string
		for _, n := range []uint64{64, 64, 1000, 100_000} {
			p, err := a.Malloc(n)
			if err != nil {
				return err
			}
			blocks = append(blocks, fmt.Sprint(p))
		}
		fmt.Println("ready", os.Getpid(), strings.Join(blocks, " "))
		io.Copy(io.Discard, os.Stdin)
		return a.Close()
	})
}

// child is a started helper process.
type child struct {
	*exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

func start(t testing.TB, name string, args ...string) *child {
	t.Helper()
	return startCmd(t, arenatest.Command(t, name, args...))
}

func startCmd(t testing.TB, cmd *exec.Cmd) *child {
	t.Helper()
	cmd.Stderr = os.Stderr
	in, err1 := cmd.StdinPipe()
	out, err2 := cmd.StdoutPipe()
	if err := errors.Join(err1, err2, cmd.Start()); err != nil {
		t.Fatal(err)
	}
	return &child{cmd, in, bufio.NewReader(out)}
}

// line is the next line that the child writes, split into words.
func (c *child) line(t testing.TB) []string {
	t.Helper()
	s, err := c.out.ReadString('\n')
	if err != nil {
		t.Fatalf("helper %d: %q, %v", c.Process.Pid, s, err)
	}
	return strings.Fields(s)
}

func (c *child) kill(t testing.TB) {
	t.Helper()
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	c.Wait()
}

// finish lets the child end by itself.
func (c *child) finish(t testing.TB) {
	t.Helper()
	c.in.Close()
	if err := c.Wait(); err != nil {
		t.Errorf("helper %d: %v", c.Process.Pid, err)
	}
}

func mustCreate(t testing.TB, name string, cfg *config.Config) *arena.Arena {
	t.Helper()
	a, err := arena.Create(name, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	return a
}

func mustJoin(t testing.TB, name string) *arena.Arena {
	t.Helper()
	a, err := arena.Join(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	return a
}

func mustMalloc(t testing.TB, a *arena.Arena, n uint64) arena.Offset {
	t.Helper()
	p, err := a.Malloc(n)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// wantPanic runs f and wants it to panic with an error that wraps want.
func wantPanic(t testing.TB, what string, want error, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		v := recover()
		if err, ok := v.(error); !ok || !errors.Is(err, want) {
			t.Errorf("%s: panic %v, want one with %v", what, v, want)
		}
	}()
	f()
}

func wantError(t testing.TB, what string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// wantClean checks the arena by what info says.
func wantClean(t testing.TB, a *arena.Arena) {
	t.Helper()
	for _, f := range a.Check().Findings {
		t.Errorf("%s: %s at %#x: %s", a.Name(), f.Kind, f.Offset, f.Detail)
	}
}

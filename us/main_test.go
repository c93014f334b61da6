package us_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/info"
	"usarena/sync"
	"usarena/us"
)

func TestMain(m *testing.M) { arenatest.Main(m) }

// with sets a value and puts the old one back when the test ends.
func with(t *testing.T, cmd us.Command, v any) int64 {
	t.Helper()
	old := need(us.Config(cmd, v))(t)
	t.Cleanup(func() { need(us.Config(cmd, old))(t) })
	return old
}

// mustInit joins or creates an arena. When the test ends, it is detached; damage
// fails the test.
func mustInit(t *testing.T, name string) *arena.Arena {
	t.Helper()
	a := need(us.Init(name))(t)
	t.Cleanup(func() {
		if us.Add(a) == nil {
			wantClean(t, a)
		}
		us.Detach(a)
	})
	return a
}

func wantClean(t testing.TB, a *arena.Arena) {
	t.Helper()
	report(t, a.Check())
}

// wantCleanFile is wantClean of an arena that everybody has left.
func wantCleanFile(t testing.TB, name string) {
	t.Helper()
	report(t, need(info.Check(name))(t))
}

func report(t testing.TB, r info.Report) {
	t.Helper()
	for _, f := range r.Findings {
		t.Errorf("%s at %#x: %s", f.Kind, f.Offset, f.Detail)
	}
}

// need is v; an error ends the test.
func need[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// done ends the test with the first error, if there is one.
func done(t testing.TB, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

// got is what a call that says yes or no says.
func got(t testing.TB, what string, want bool) func(bool, error) {
	return func(ok bool, err error) {
		t.Helper()
		if ok != want || err != nil {
			t.Errorf("%s: %t, %v; want %t", what, ok, err, want)
		}
	}
}

func wantError(t testing.TB, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, want %v", what, err, want)
	}
}

// must is need for helper processes, which end with the error.
func must[T any](v T, err error) T {
	check(err)
	return v
}

func check(errs ...error) {
	if err := errors.Join(errs...); err != nil {
		panic(err)
	}
}

// within runs f and ends the test if it hangs.
func within(t testing.TB, what string, f func() error) {
	t.Helper()
	ended := make(chan error, 1)
	go func() { ended <- f() }()
	select {
	case err := <-ended:
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	case <-time.After(arenatest.Patience):
		t.Fatalf("%s hangs", what)
	}
}

// until waits for a condition that nobody announces.
func until(t testing.TB, what string, f func() bool) {
	t.Helper()
	for end := time.Now().Add(arenatest.Patience); !f(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: never", what)
		}
	}
}

// child is a helper process.
type child struct {
	*exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// start starts a helper process; values are passed on as they print.
func start(t testing.TB, name string, args ...any) *child {
	t.Helper()
	return startCmd(t, helper(t, name, args...))
}

// sproc starts a helper process that inherits the arena, as sproc's child did.
func sproc(t testing.TB, a *arena.Arena, name string, args ...any) *child {
	t.Helper()
	cmd := helper(t, name, args...)
	done(t, a.Command(cmd))
	return startCmd(t, cmd)
}

func helper(t testing.TB, name string, args ...any) *exec.Cmd {
	t.Helper()
	words := make([]string, len(args))
	for i, v := range args {
		words[i] = fmt.Sprint(v)
	}
	cmd := arenatest.Command(t, name, words...)
	// Under -race a process sleeps for a second before it ends.
	cmd.Env = append(cmd.Env, "GORACE=atexit_sleep_ms=0 "+os.Getenv("GORACE"))
	return cmd
}

func startCmd(t testing.TB, cmd *exec.Cmd) *child {
	t.Helper()
	cmd.Stderr = os.Stderr
	in := need(cmd.StdinPipe())(t)
	out := need(cmd.StdoutPipe())(t)
	done(t, cmd.Start())
	return &child{cmd, in, bufio.NewReader(out)}
}

// line is the next line that the child writes.
func (c *child) line(t testing.TB) string {
	t.Helper()
	s, err := c.out.ReadString('\n')
	if err != nil {
		t.Fatalf("helper %d: %q, %v", c.Process.Pid, s, err)
	}
	return strings.TrimSpace(s)
}

// tell sends the child a line.
func (c *child) tell(t testing.TB, line string) {
	t.Helper()
	need(fmt.Fprintln(c.in, line))(t)
}

// finish waits for the child's end, which must be a good one.
func (c *child) finish(t testing.TB) {
	t.Helper()
	c.in.Close()
	if err := c.Wait(); err != nil {
		t.Errorf("helper %d: %v", c.Process.Pid, err)
	}
}

// kill ends the child with SIGKILL.
func (c *child) kill(t testing.TB) {
	t.Helper()
	done(t, c.Process.Kill())
	c.Wait()
}

var stdin = bufio.NewReader(os.Stdin)

// hear is, in a helper process, the next line that the test tells; "" at the end.
func hear() string {
	s, _ := stdin.ReadString('\n')
	return strings.TrimSpace(s)
}

// say is, in a helper process, a line for the test.
func say(v ...any) { fmt.Println(v...) }

// num is an argument of a helper process.
func num(s string) arena.Offset { return must(strconv.ParseUint(s, 0, 64)) }

// The handles of a helper process, by the offsets that it was given.
func lockAt(a *arena.Arena, s string) *sync.Lock       { return must(us.LockAt(a, num(s))) }
func semaAt(a *arena.Arena, s string) *sync.Sema       { return must(us.SemaAt(a, num(s))) }
func pollAt(a *arena.Arena, s string) *sync.PollSema   { return must(us.PollSemaAt(a, num(s))) }
func barrierAt(a *arena.Arena, s string) *sync.Barrier { return must(us.BarrierAt(a, num(s))) }

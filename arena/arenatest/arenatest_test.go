package arenatest_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"testing"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/config"
	"usarena/internal/layout"
)

func TestMain(m *testing.M) { arenatest.Main(m) }

func init() {
	arenatest.Register("greet", func(args []string) error {
		a, err := arena.Join(args[0])
		if err != nil {
			return err
		}
		defer a.Close()
		s, err := arena.CopyIn(a, []byte(args[1]))
		if err != nil {
			return err
		}
		a.PutInfo(s.Offset())
		return nil
	})
	arenatest.Register("name", func([]string) error {
		r := &recorder{}
		arenatest.Name(r)
		r.end()
		return nil
	})
	arenatest.Register("fail", func([]string) error { return errors.New("as told") })
}

func TestHelpers(t *testing.T) {
	a := arenatest.New(t, &config.Config{Users: 3})
	if err := arenatest.Command(t, "greet", a.Name(), "hello").Run(); err != nil {
		t.Fatal(err)
	}
	if got := a.Bytes(a.GetInfo(), 5); string(got) != "hello" {
		t.Errorf("the helper wrote %q", got)
	}
	if out, err := arenatest.Command(t, "fail").CombinedOutput(); err == nil || string(out) != "fail: as told\n" {
		t.Errorf("%q, %v", out, err)
	}
	if _, err := arenatest.Process("nobody"); err == nil {
		t.Error("a helper that nobody registered")
	}
}

// recorder is a test that only notes what went wrong.
type recorder struct {
	testing.TB
	cleanups []func()
	failed   int
}

func (r *recorder) Helper()               {}
func (r *recorder) Errorf(string, ...any) { r.failed++ }
func (r *recorder) Cleanup(f func())      { r.cleanups = append(r.cleanups, f) }
func (r *recorder) end() {
	for i := len(r.cleanups) - 1; i >= 0; i-- {
		r.cleanups[i]()
	}
}

func TestCleanup(t *testing.T) {
	arenatest.NeedName(t)
	for what, c := range map[string]struct {
		spoil func(*arena.Arena)
		fails bool
	}{
		"nothing":      {func(*arena.Arena) {}, false},
		"closed":       {func(a *arena.Arena) { a.Close() }, false},
		"unlinked":     {func(a *arena.Arena) { a.Unlink() }, false},
		"spoiled":      {spoil, true},
		"spoiled late": {func(a *arena.Arena) { a.Close(); spoil(a) }, true},
	} {
		r := &recorder{TB: t}
		a := arenatest.New(r)
		t.Cleanup(func() { os.Remove(arenatest.Path(a.Name())) })
		c.spoil(a)
		r.end()
		if (r.failed > 0) != c.fails {
			t.Errorf("%s: %d complaints", what, r.failed)
		}
		if _, err := os.Stat(arenatest.Path(a.Name())); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: left behind: %v", what, err)
		}
	}
}

// A killed test's arena is removed by the next test process; one in use is not.
func TestSweep(t *testing.T) {
	arenatest.NeedName(t)
	if arenatest.Backing() == "file" {
		t.Skip("files for a time go with their directory")
	}
	a := arenatest.New(t)
	dead := exec.Command("true")
	if err := dead.Run(); err != nil {
		t.Fatal(err)
	}
	left := fmt.Sprintf("/dev/shm/usarena-test-%d-1", dead.Process.Pid)
	used := fmt.Sprintf("/dev/shm/usarena-test-%d-2", dead.Process.Pid)
	t.Cleanup(func() { os.Remove(left); os.Remove(used) })
	b, err1 := arena.Create(left, nil)
	c, err2 := arena.Create(used, nil)
	if err1 != nil || err2 != nil {
		t.Skip(err1, err2) // no /dev/shm
	}
	b.Close()
	defer c.Close()
	if err := arenatest.Command(t, "name").Run(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(left); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("left behind: %v", err)
	}
	for _, name := range []string{used, a.Name()} {
		if _, err := os.Stat(arenatest.Path(name)); err != nil {
			t.Errorf("in use and gone: %v", err)
		}
	}
}

// spoil puts nonsense where the first run begins.
func spoil(a *arena.Arena) {
	g, err := layout.Plan(uint64(a.Config().MaxSize), uint64(a.Config().Users))
	if err != nil {
		panic(err)
	}
	if err := arenatest.WriteAt(a.Name(), []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, int64(g.StatesOff)); err != nil {
		panic(err)
	}
}

package arena_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"testing"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/config"
	"usarena/internal/worker"
)

func init() {
	// inherit takes over all arenas, says their names and what their first datum
	// leads to, and adds a mark there.
	arenatest.Register("inherit", func(args []string) error {
		for {
			a, err := arena.Inherit()
			if errors.Is(err, fs.ErrNotExist) {
				break
			}
			if err != nil {
				return err
			}
			b := a.Bytes(a.GetInfo(), 8)
			fmt.Println(a.Name(), string(b[:4]), a.Self().Slot)
			copy(b[4:], "back")
			if len(args) > 0 { // and what do our own children get?
				out, err := exec.Command("sh", "-c", "echo [$USARENA_INHERIT]; ls -l /proc/self/fd").Output()
				if err != nil || !strings.HasPrefix(string(out), "[]") || strings.Contains(string(out), "usarena") {
					return fmt.Errorf("a grandchild sees %s, %v", out, err)
				}
			}
		}
		fmt.Println("done")
		io.Copy(io.Discard, os.Stdin)
		return nil
	})
}

func TestInherit(t *testing.T) {
	var all []*arena.Arena
	for _, name := range []string{"memfd:", "/dev/zero", arenatest.Name(t), "memfd:"} {
		a, err := arena.Init(name, &config.Config{Type: config.SharedOnly})
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		if _, err := os.Stat(arenatest.Path(name)); name[0] == '/' && name != "/dev/zero" && !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("SharedOnly has a name: %v", err)
		}
		if name == "memfd:" || name == "/dev/zero" {
			_, err := arena.Join(name)
			wantError(t, "join "+name, err, fs.ErrNotExist)
		}
		p := mustMalloc(t, a, 8)
		copy(a.Bytes(p, 4), fmt.Sprint("no.", len(all)))
		a.PutInfo(p)
		all = append(all, a)
	}
	cmd := arenatest.Command(t, "inherit", "grandchildren")
	cmd.Env = append(cmd.Env, "USARENA_INHERIT=1;3.0.0:bm9uZQ") // somebody else's list
	for _, a := range all {
		if err := a.Command(cmd); err != nil {
			t.Fatal(err)
		}
	}
	c := startCmd(t, cmd)
	for i, a := range all {
		if got := strings.Join(c.line(t), " "); got != fmt.Sprintf("%s no.%d 2", a.Name(), i) {
			t.Errorf("arena %d: the child says %q", i, got)
		}
	}
	if got := c.line(t); got[0] != "done" {
		t.Errorf("the child says %q", got)
	}
	for i, a := range all {
		if b := a.Bytes(a.GetInfo(), 8); string(b[4:]) != "back" {
			t.Errorf("arena %d: %q", i, b)
		}
	}
	c.kill(t)
	for _, a := range all {
		waitDead(t, a, 1)
		if got, err := a.Recover(t0); err != nil || got.Users != 1 {
			t.Errorf("%+v, %v", got, err)
		}
		wantClean(t, a)
	}
}

// A child must not keep its dead parent alive: what it gets is a description of
// its own.
func TestInheritedDoesNotMaskDeath(t *testing.T) {
	a := arenatest.New(t)
	parent := start(t, "parent", a.Name())
	parent.line(t)
	parent.kill(t)
	waitDead(t, a, 1) // its child lives on
	if got, err := a.Recover(t0); err != nil || got.Users != 1 {
		t.Errorf("%+v, %v", got, err)
	}
}

func init() {
	arenatest.Register("parent", func(args []string) error {
		a, err := arena.Join(args[0])
		if err != nil {
			return err
		}
		kid := exec.Command("sleep", "20")
		if err := a.Command(kid); err != nil {
			return err
		}
		if err := kid.Start(); err != nil {
			return err
		}
		fmt.Println("ready")
		worker.Stay()
		return nil
	})
}

// Nothing handed over, and a list whose descriptors are not what they were.
func TestInheritNothing(t *testing.T) {
	_, err := arena.Inherit()
	wantError(t, "nothing", err, fs.ErrNotExist)
	for _, list := range []string{"", "77;200.1.2:bm9uZQ", "77;0.1.2:bm9uZQ", "77;x", "77;3.1", "nonsense"} {
		cmd := arenatest.Command(t, "inherit")
		cmd.Env = append(cmd.Env, "USARENA_INHERIT="+list)
		out, err := cmd.Output()
		if good := string(out) == "done\n"; good != (err == nil) {
			t.Errorf("list %q: %q, %v", list, out, err)
		}
	}
}

package arena_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"usarena/arena"
	"usarena/arena/arenatest"
)

// startAs starts a helper as another user, who can reach dir.
func startAs(t *testing.T, dir string, uid, gid uint32, what string, args ...string) *child {
	t.Helper()
	cmd := arenatest.Command(t, what, args...)
	exe, err := os.ReadFile(cmd.Path)
	if err != nil {
		t.Fatal(err)
	}
	cmd.Path = filepath.Join(dir, "test") // the test binary's own directory may be closed to them
	if _, err := os.Stat(cmd.Path); err != nil {
		if err := os.WriteFile(cmd.Path, exe, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	cmd.Dir = dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: gid}}
	return startCmd(t, cmd)
}

func init() {
	// visit joins, and looks, whenever it gets a line, and says what came of it. What it
	// has joined it keeps, and uses.
	arenatest.Register("visit", func(args []string) error {
		word := func(err error) string {
			switch {
			case err == nil:
				return "yes"
			case errors.Is(err, fs.ErrPermission):
				return "no"
			}
			return strings.ReplaceAll(err.Error(), " ", "_")
		}
		var kept []*arena.Arena
		for {
			r, err := arena.OpenReadOnly(args[0])
			if err == nil {
				err = r.Close()
			}
			looked := word(err)
			a, err := arena.Join(args[0])
			if err == nil {
				kept = append(kept, a)
			}
			joined, uses := word(err), "yes"
			for _, a := range kept {
				p, err := a.Malloc(100)
				if err == nil {
					err = a.Free(p)
				}
				if err != nil {
					uses = word(err)
				}
			}
			fmt.Println(looked, joined, uses)
			if _, err := fmt.Scanln(); err != nil {
				return err
			}
		}
	})
}

// Permissions decide who may join and who may look, on every backing, also when they
// change while others use the arena. Who has joined stays.
func TestPermissions(t *testing.T) {
	arenatest.NeedName(t)
	if os.Geteuid() != 0 {
		t.Skip("needs root, to start processes of another user")
	}
	dir, err := os.MkdirTemp("", fmt.Sprintf("usarena-permissions-%d-", os.Getpid()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	name := arenatest.Name(t)
	if filepath.Dir(arenatest.Path(name)) != "/dev/shm" { // t.TempDir is closed to them
		name = filepath.Join(dir, "arena")
	}
	a := mustCreate(t, name, nil)
	var other, group *child
	for _, c := range []struct {
		mode         fs.FileMode
		other, group string // looks, joins, uses what it has joined before
	}{
		{0o600, "no no yes", "no no yes"},
		{0o640, "no no yes", "yes no yes"},
		{0o660, "no no yes", "yes yes yes"},
		{0o600, "no no yes", "no no yes"},
		{0o644, "yes no yes", "yes no yes"},
		{0o666, "yes yes yes", "yes yes yes"},
		{0o600, "no no yes", "no no yes"},
	} {
		if err := a.Chmod(c.mode); err != nil {
			t.Fatal(err)
		}
		if other == nil {
			other, group = startAs(t, dir, 65534, 65534, "visit", name), startAs(t, dir, 65534, uint32(os.Getegid()), "visit", name)
		} else {
			fmt.Fprintln(other.in)
			fmt.Fprintln(group.in)
		}
		if got := strings.Join(other.line(t), " "); got != c.other {
			t.Errorf("mode %o: another user %q, want %q", c.mode, got, c.other)
		}
		if got := strings.Join(group.line(t), " "); got != c.group {
			t.Errorf("mode %o: another user of the group %q, want %q", c.mode, got, c.group)
		}
	}
	wantClean(t, a)
}

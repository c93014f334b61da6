package backing_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"usarena/internal/backing"
	"usarena/internal/errs"
)

// stickyDir is a directory like /tmp.
func stickyDir(t *testing.T, name string) string {
	t.Helper()
	dir := filepath.Join(filepath.Dir(name), "tmp")
	if err := errors.Join(os.Mkdir(dir, 0o700), os.Chmod(dir, 0o777|fs.ModeSticky)); err != nil {
		t.Fatal(err)
	}
	return dir
}

// owner says what it thinks of a file's owner.
func owner(name string) {
	n, err := backing.Parse(name)
	if err != nil {
		fmt.Println(err)
		return
	}
	ready()
	f, err := backing.Open(n, false) // permissions decide
	if err != nil {
		fmt.Println(err)
		return
	}
	foreign, err := f.ForeignIn()
	if err != nil {
		fmt.Println(err)
		return
	}
	err = f.CheckOwner()
	fmt.Println(f.Owner(), foreign, errors.Is(err, errs.ForeignOwner), err == nil)
}

func TestForeignOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files to other users")
	}
	name := shmTemp(t) + "/arena" // a directory of t.TempDir lets no other user in
	dir := stickyDir(t, name)
	for _, c := range []struct {
		path    string
		owner   int
		user    int
		foreign bool
	}{
		{dir + "/a", 0, 0, false},
		{dir + "/b", 12345, 0, true}, // root as well may be trapped
		{dir + "/c", 0, 12345, false},
		{dir + "/d", 12345, 12345, false},
		{dir + "/e", 12346, 12345, true},
		{name, 12346, 12345, false}, // nobody else can put files there
	} {
		f, err := backing.Create(parse(t, c.path), 0o666, fill(""))
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
		if err := os.Chown(c.path, c.owner, -1); err != nil {
			t.Fatal(err)
		}
		p := startAs(t, &syscall.Credential{Uid: uint32(c.user), Gid: uint32(c.user)}, "owner", c.path)
		p.goOn()
		if got, want := p.line(), fmt.Sprint(c.owner, " ", c.foreign, " ", c.foreign, " ", !c.foreign); got != want {
			t.Errorf("user %d, file of %d at %s: %s, want %s", c.user, c.owner, c.path, got, want)
		}
	}
}

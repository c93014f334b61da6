package backing_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"usarena/internal/backing"
)

// TestCopyFrom copies a file with holes, also where nobody knows them.
func TestCopyFrom(t *testing.T) {
	for _, holes := range []bool{true, false} {
		t.Run(fmt.Sprint("holes ", holes), func(t *testing.T) {
			if !holes {
				defer backing.NoHoles()()
			}
			name := shmTemp(t) + "/arena"
			const size = 40<<20 + 123
			f, err := backing.Create(parse(t, name), 0o640, func(f *backing.File) error {
				_, err1 := f.WriteAt([]byte("beginning"), 10)
				_, err2 := f.WriteAt(bytes.Repeat([]byte("middle"), 400000), 3<<20+7)
				return errors.Join(err1, err2, f.Truncate(size))
			})
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			g, err := backing.Replace(parse(t, name+"2"), 0o640, func(g *backing.File) error { return g.CopyFrom(f) })
			if err != nil {
				t.Fatal(err)
			}
			defer g.Close()
			want, err1 := os.ReadFile(name)
			got, err2 := os.ReadFile(name + "2")
			if err1 != nil || err2 != nil || !bytes.Equal(want, got) || len(got) != size {
				t.Errorf("%d bytes of %d, %v, %v", len(got), size, err1, err2)
			}
			var st unix.Stat_t
			if err := unix.Stat(name+"2", &st); err != nil || holes && st.Blocks*512 > 8<<20 {
				t.Errorf("%d blocks, %v: the holes are filled", st.Blocks, err)
			}
			if next := g.NextData(20 << 20); holes != (next >= size) {
				t.Errorf("data after 20 MiB at %d", next)
			}
			b := make([]byte, 20)
			if n, err := g.ReadAt(b, size-5); n != 5 || err != io.EOF {
				t.Errorf("at the end: %d, %v", n, err)
			}
			if n, err := g.ReadAt(b[:9], 10); n != 9 || err != nil || string(b[:9]) != "beginning" {
				t.Errorf("%q, %v", b[:n], err)
			}
		})
	}
}

// TestKeepOwner gives a file to whom another one belongs, and makes and takes a
// second name.
func TestKeepOwner(t *testing.T) {
	name := shmTemp(t) + "/arena"
	f, err := backing.Create(parse(t, name), 0o604, fill(""))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if os.Geteuid() == 0 {
		if err := os.Chown(name, 12345, 54321); err != nil {
			t.Fatal(err)
		}
	}
	g, err := backing.Create(parse(t, name+"2"), 0o600, func(g *backing.File) error { return g.KeepOwner(f) })
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	a, err1 := os.Stat(name)
	b, err2 := os.Stat(name + "2")
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	x, y := a.Sys().(*syscall.Stat_t), b.Sys().(*syscall.Stat_t)
	if x.Uid != y.Uid || x.Gid != y.Gid {
		t.Errorf("user %d group %d, want %d and %d", y.Uid, y.Gid, x.Uid, x.Gid)
	}
	if perm, err := f.Perm(); perm != 0o604 || err != nil {
		t.Errorf("permissions %v, %v", perm, err)
	}
	if err := f.LinkAs(name + "2"); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a name that is taken: %v", err)
	}
	if err := f.LinkAs(name + "3"); err != nil {
		t.Error(err)
	}
	if st, err := os.Stat(name + "3"); err != nil || !os.SameFile(st, a) {
		t.Errorf("the new name leads elsewhere: %v", err)
	}
	if err := errors.Join(f.Drop(name+"3"), f.Sync()); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(name + "3"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the name that was dropped: %v", err)
	}
}

package backing_test

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"usarena/internal/backing"
	"usarena/internal/errs"
)

func refuses(t *testing.T, name string, sentinel error, says string) {
	t.Helper()
	for _, readonly := range []bool{false, true} {
		f, err := backing.Open(parse(t, name), readonly)
		if !errors.Is(err, sentinel) || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), name) {
			t.Errorf("Open(%s, %v) = %v, %v", name, readonly, f, err)
		}
		if f != nil {
			f.Close()
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	places(t, func(t *testing.T, name string) {
		dir := filepath.Dir(name)
		refuses(t, name, fs.ErrNotExist, "no such file")
		refuses(t, dir, errs.NotArena, "a directory")
		if err := unix.Mkfifo(dir+"/fifo", 0o600); err != nil {
			t.Fatal(err)
		}
		refuses(t, dir+"/fifo", errs.NotArena, "a FIFO") // and does not wait for a writer
		l, err := net.Listen("unix", dir+"/socket")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		refuses(t, dir+"/socket", errs.NotArena, "a socket")
		if err := os.WriteFile(dir+"/plain", nil, 0o600); err != nil {
			t.Fatal(err)
		}
		refuses(t, dir+"/plain/x", unix.ENOTDIR, "not a directory")
	})
	refuses(t, "/dev/null", errs.NotArena, "a character device")
	refuses(t, "/proc/self/mem", errs.FileSystem, "proc")
	if _, err := backing.Open(parse(t, "memfd:"), false); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("memfd: %v", err)
	}
}

func TestOpenReadOnly(t *testing.T) {
	places(t, func(t *testing.T, name string) {
		create(t, parse(t, name), "content")
		f, err := backing.Open(parse(t, name), true)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		reads(t, f, "content")
		if _, err := f.WriteAt([]byte("x"), 0); err == nil {
			t.Error("written through a read-only File")
		}
		fd, err := f.Reopen(true)
		if err != nil {
			t.Fatal(err)
		}
		unix.Close(fd)
	})
}

func TestLinks(t *testing.T) {
	ways(t, func(t *testing.T, name string) {
		dir := filepath.Dir(name)
		if err := errors.Join(os.Mkdir(dir+"/sub", 0o700), os.Symlink("sub/one", name), os.Symlink("../two", dir+"/sub/one")); err != nil {
			t.Fatal(err)
		}
		refuses(t, name, fs.ErrNotExist, "no such file")
		f := create(t, parse(t, name), "there") // the links led nowhere: made where they lead
		if st, err := os.Lstat(dir + "/two"); err != nil || !st.Mode().IsRegular() {
			t.Fatalf("%v, %v", st, err)
		}
		if _, err := backing.Create(parse(t, name), 0o600, fill("")); !errors.Is(err, fs.ErrExist) {
			t.Error(err)
		}
		g, err := backing.Open(parse(t, name), false)
		if err != nil {
			t.Fatal(err)
		}
		defer g.Close()
		if _, ino := f.ID(); func() bool { _, i := g.ID(); return i != ino }() {
			t.Error("opened another file")
		}
		if same, err := g.SamePath(); !same || err != nil {
			t.Errorf("SamePath: %v, %v", same, err)
		}
		h, err := backing.Replace(parse(t, name), 0o600, fill("new"))
		if err != nil {
			t.Fatal(err)
		}
		defer h.Close()
		if st, err := os.Lstat(name); err != nil || st.Mode()&fs.ModeSymlink == 0 {
			t.Errorf("Replace replaced the link: %v, %v", st.Mode(), err)
		}
		if err := h.Unlink(); err != nil {
			t.Error(err)
		}
		refuses(t, name, fs.ErrNotExist, "no such file")
		if err := os.Symlink("loop", dir+"/loop"); err != nil {
			t.Fatal(err)
		}
		refuses(t, dir+"/loop", unix.ELOOP, "symbolic links")
	})
}

func TestLinkWhereAnybodyMayPutOne(t *testing.T) {
	places(t, func(t *testing.T, name string) {
		create(t, parse(t, name), "")
		dir := stickyDir(t, name)
		// A chain whose second link is the bad one, too.
		if err := errors.Join(os.Symlink(name, dir+"/link"), os.Symlink(dir+"/link", name+"-chain"), os.Symlink("/nowhere", dir+"/dangling")); err != nil {
			t.Fatal(err)
		}
		refuses(t, dir+"/link", errs.ForeignOwner, "symbolic link")
		refuses(t, name+"-chain", errs.ForeignOwner, "symbolic link")
		for _, make := range []func(backing.Name, fs.FileMode, func(*backing.File) error) (*backing.File, error){backing.Create, backing.Replace} {
			if _, err := make(parse(t, dir+"/dangling"), 0o600, fill("")); !errors.Is(err, errs.ForeignOwner) {
				t.Errorf("made a file through somebody's link: %v", err)
			}
		}
	})
}

func TestSHMFollowsNoLinks(t *testing.T) {
	dir := t.TempDir() // not open to all
	defer backing.SHMDir(dir)()
	if err := errors.Join(os.WriteFile(dir+"/real", nil, 0o600), os.Symlink("real", dir+"/link")); err != nil {
		t.Fatal(err)
	}
	refuses(t, "shm:/link", errs.ForeignOwner, "symbolic link")
}

func TestFileSystems(t *testing.T) {
	places(t, func(t *testing.T, name string) {
		create(t, parse(t, name), "")
		if len(backing.Magics()) < 20 {
			t.Fatal("the list is short")
		}
		for _, magic := range backing.Magics() {
			func() {
				defer backing.OnFileSystem(magic)()
				if _, err := backing.Open(parse(t, name), false); !errors.Is(err, errs.FileSystem) || !strings.Contains(err.Error(), name) {
					t.Errorf("Open on %#x: %v", magic, err)
				}
				if _, err := backing.Create(parse(t, name+"-new"), 0o600, fill("")); !errors.Is(err, errs.FileSystem) {
					t.Errorf("Create on %#x: %v", magic, err)
				}
			}()
		}
		only(t, filepath.Dir(name), "arena")
		for _, magic := range []uint32{unix.TMPFS_MAGIC, unix.EXT4_SUPER_MAGIC, unix.XFS_SUPER_MAGIC, unix.BTRFS_SUPER_MAGIC, unix.OVERLAYFS_SUPER_MAGIC} {
			func() {
				defer backing.OnFileSystem(magic)()
				f, err := backing.Open(parse(t, name), false)
				if err != nil {
					t.Fatalf("Open on %#x: %v", magic, err)
				}
				f.Close()
			}()
		}
	})
}

package backing_test

import (
	"errors"
	"fmt"
	"os"
	"testing"

	"golang.org/x/sys/unix"

	"usarena/internal/backing"
	"usarena/internal/errs"
	"usarena/internal/liveness"
)

func TestMemfd(t *testing.T) {
	for _, name := range []string{"memfd:", "/dev/zero"} {
		f := create(t, parse(t, name), "anonymous")
		if err := errors.Join(f.Seal(), f.Seal()); err != nil {
			t.Fatal(err)
		}
		if err := unix.Ftruncate(f.FD(), 4096); !errors.Is(err, unix.EPERM) {
			t.Errorf("shrinking a sealed memfd: %v", err)
		}
		if _, err := unix.FcntlInt(uintptr(f.FD()), unix.F_ADD_SEALS, unix.F_SEAL_WRITE); !errors.Is(err, unix.EPERM) {
			t.Errorf("another seal: %v", err)
		}
		if err := f.Reserve(pieces(0, 1<<20)); err != nil {
			t.Error(err)
		}
		if err := f.Truncate(2 << 20); err != nil {
			t.Error(err)
		}
		sized(t, f, 2<<20)
		reads(t, f, "anonymous")
		same, err := f.SamePath()
		if err := errors.Join(err, f.Unlink(), f.CheckOwner()); err != nil || !same {
			t.Errorf("same %v, %v", same, err)
		}
		var st unix.Stat_t
		if err := unix.Fstat(f.FD(), &st); err != nil || st.Mode&0o777 != 0o600 {
			t.Errorf("mode %#o, %v", st.Mode, err)
		}
	}
}

func TestSealElsewhereDoesNothing(t *testing.T) {
	places(t, func(t *testing.T, name string) {
		if err := create(t, parse(t, name), "").Seal(); err != nil {
			t.Error(err)
		}
	})
}

// Locks of two descriptions conflict; a duplicate would have none of its own.
func TestReopen(t *testing.T) {
	check := func(t *testing.T, name string) {
		f := create(t, parse(t, name), "")
		if err := liveness.SelfTest(func() (int, error) { return f.Reopen(false) }); err != nil {
			t.Error(err)
		}
		for _, readonly := range []bool{false, true} {
			fd, err := f.Reopen(readonly)
			if err != nil {
				t.Fatal(err)
			}
			defer unix.Close(fd)
			if flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err != nil || flags&unix.FD_CLOEXEC == 0 {
				t.Errorf("not closed on exec: %v", err)
			}
			_, err = unix.Pwrite(fd, []byte("x"), 0)
			if (err != nil) != readonly {
				t.Errorf("readonly %v: write gives %v", readonly, err)
			}
		}
		// The file may have lost its name.
		if err := f.Unlink(); err != nil {
			t.Fatal(err)
		}
		fd, err := f.Reopen(false)
		if err != nil {
			t.Fatal(err)
		}
		unix.Close(fd)
		if err := errors.Join(f.Close(), f.Close()); err != nil {
			t.Error(err)
		}
	}
	places(t, check)
	t.Run("memfd", func(t *testing.T) { check(t, "memfd:") })
}

// inherit takes over descriptor 3 and writes into it.
func inherit(name string) {
	n, err := backing.Parse(name)
	if err != nil {
		fmt.Println(err)
		return
	}
	ready()
	f, err := backing.FromFD(3, n)
	if err != nil {
		fmt.Println(err)
		return
	}
	var st unix.Stat_t
	if err := unix.Fstat(3, &st); f.FD() != 3 && err == nil {
		fmt.Println("the inherited descriptor is still open")
		return
	}
	if _, err := f.WriteAt([]byte("child"), 0); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(f.SamePath())
}

func TestFromFD(t *testing.T) {
	check := func(t *testing.T, name string) {
		f := create(t, parse(t, name), "parent")
		fd, err := f.Reopen(false)
		if err != nil {
			t.Fatal(err)
		}
		hand := os.NewFile(uintptr(fd), "arena")
		defer hand.Close()
		c := start(t, "inherit", name, hand)
		c.goOn()
		if got := c.line(); got != "true <nil>" {
			t.Error(got)
		}
		reads(t, f, "childt")
	}
	places(t, check)
	t.Run("memfd", func(t *testing.T) { check(t, "memfd:") })
}

// What is taken over shares no locks with the descriptor it was made from.
func TestFromFDIsSeparate(t *testing.T) {
	places(t, func(t *testing.T, name string) {
		f := create(t, parse(t, name), "")
		fd, err := f.Reopen(false)
		if err != nil {
			t.Fatal(err)
		}
		dup, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
		if err != nil {
			t.Fatal(err)
		}
		g, err := backing.FromFD(fd, parse(t, name))
		if err != nil {
			t.Fatal(err)
		}
		defer g.Close()
		own, err := unix.FcntlInt(uintptr(g.FD()), unix.F_DUPFD_CLOEXEC, 0)
		if err != nil {
			t.Fatal(err)
		}
		fds := []int{dup, own}
		err = liveness.SelfTest(func() (int, error) { fd := fds[0]; fds = fds[1:]; return fd, nil })
		if err != nil {
			t.Error(err)
		}
	})
}

func TestFromFDRefuses(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	n := parse(t, "memfd:")
	if f, err := backing.FromFD(int(r.Fd()), n); !errors.Is(err, errs.NotArena) {
		t.Errorf("a pipe: %v, %v", f, err)
	}
	if _, err := r.Stat(); err != nil {
		t.Errorf("what was refused is closed: %v", err)
	}
	if f, err := backing.FromFD(1<<20, n); !errors.Is(err, unix.EBADF) {
		t.Errorf("no descriptor: %v, %v", f, err)
	}
}

// Descriptors must not leak: everything above, many times, with failures.
func TestNoDescriptorLeaks(t *testing.T) {
	count := func() int {
		entries, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Fatal(err)
		}
		return len(entries)
	}
	dir := t.TempDir()
	before := count()
	for i := range 20 {
		n := parse(t, fmt.Sprint(dir, "/", i))
		f, err := backing.Create(n, 0o600, fill("x"))
		if err != nil {
			t.Fatal(err)
		}
		backing.Create(n, 0o600, fill("x"))
		backing.Create(parse(t, dir+"/never"), 0o600, func(*backing.File) error { return unix.EIO })
		undo := backing.OnFileSystem(unix.NFS_SUPER_MAGIC)
		backing.Open(n, false)
		backing.Create(parse(t, dir+"/never"), 0o600, fill(""))
		undo()
		g, err := backing.Open(n, false)
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
		g.Close()
	}
	if after := count(); after != before {
		t.Errorf("%d descriptors before, %d after", before, after)
	}
}

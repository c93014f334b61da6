package backing_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"usarena/internal/backing"
	"usarena/internal/errs"
	"usarena/internal/layout"
)

func pieces(off, n uint64) []layout.Piece { return []layout.Piece{{Off: off, Len: n}} }

func sized(t *testing.T, f *backing.File, want uint64) {
	t.Helper()
	if size, err := f.Size(); size != want || err != nil {
		t.Errorf("size %d, %v, want %d", size, err, want)
	}
}

func TestReserve(t *testing.T) {
	places(t, func(t *testing.T, name string) {
		f := create(t, parse(t, name), "keep me")
		p := []layout.Piece{{Off: 0, Len: 4096}, {Off: 1 << 20, Len: 1 << 20}}
		for range 2 {
			if err := f.Reserve(p); err != nil {
				t.Fatal(err)
			}
		}
		sized(t, f, 2<<20)
		reads(t, f, "keep me")
		var st unix.Stat_t
		if err := unix.Fstat(f.FD(), &st); err != nil || st.Blocks*512 < 1<<20 || st.Blocks*512 > 3<<19 {
			t.Errorf("%d bytes allocated, %v", st.Blocks*512, err)
		}
		if err := f.Reserve(nil); err != nil {
			t.Error(err)
		}
		if err := f.Reserve(pieces(1<<63, 1<<63+1)); !errors.Is(err, errs.Invalid) {
			t.Error(err)
		}
		for _, err := range []error{f.Reserve(pieces(1<<63, 4096)), f.Truncate(1 << 63)} {
			if !errors.Is(err, errs.NoSpace) || !errors.Is(err, unix.EFBIG) {
				t.Error(err)
			}
		}
	})
}

func TestTruncateNeverShrinks(t *testing.T) {
	ways(t, func(t *testing.T, name string) {
		check := func(f *backing.File) error {
			for _, size := range []uint64{1 << 20, 1 << 20} {
				if err := f.Truncate(size); err != nil {
					return err
				}
			}
			if err := f.Truncate(4096); !errors.Is(err, errs.Invalid) {
				return fmt.Errorf("shrinking: %w", err)
			}
			sized(t, f, 1<<20)
			return nil
		}
		f, err := backing.Create(parse(t, name), 0o600, check)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		// Once others have it, the length must not be set: a peer may make the
		// file longer between our look and our call.
		defer backing.OnFallocate(func(off, n int64) error { return os.Truncate(name, 8<<20) })()
		if err := f.Truncate(2 << 20); err != nil {
			t.Fatal(err)
		}
		sized(t, f, 8<<20)
	})
}

func TestFullTmpfs(t *testing.T) {
	dir := mount(t, "size=1m")
	defer backing.SHMDir(dir)()
	f := create(t, parse(t, "shm:/arena"), "keep me")
	for _, p := range [][]layout.Piece{pieces(0, 2<<20), {{Off: 0, Len: 640 << 10}, {Off: 1 << 20, Len: 640 << 10}}} {
		err := f.Reserve(p)
		if !errors.Is(err, errs.NoSpace) || !errors.Is(err, syscall.ENOSPC) {
			t.Fatalf("%v: %v", p, err)
		}
		for _, word := range []string{"shm:/arena", "available", "of 1.0 MiB", "docker run --shm-size"} {
			if !strings.Contains(err.Error(), word) {
				t.Errorf("%v: does not say %q", err, word)
			}
		}
		t.Log(err)
	}
	if err := f.Reserve(pieces(0, 2<<20)); !strings.Contains(err.Error(), "wanted 2.0 MiB") {
		t.Error(err)
	}
	reads(t, f, "keep me")
	// When there is room again, it works.
	if err := unix.Mount("usarena-test", dir, "tmpfs", unix.MS_REMOUNT, "size=4m"); err != nil {
		t.Fatal(err)
	}
	if err := f.Reserve(pieces(0, 2<<20)); err != nil {
		t.Error(err)
	}
	g, err := backing.Create(parse(t, "shm:/second"), 0o600, func(f *backing.File) error { return f.Reserve(pieces(0, 64<<20)) })
	if !errors.Is(err, errs.NoSpace) || g != nil {
		t.Errorf("%v, %v", g, err)
	}
	only(t, dir, "arena")
}

func TestReserveFails(t *testing.T) {
	places(t, func(t *testing.T, name string) {
		f := create(t, parse(t, name), "")
		for errno, want := range map[unix.Errno]error{
			unix.ENOSPC: errs.NoSpace, unix.EDQUOT: errs.NoSpace, unix.EFBIG: errs.NoSpace, unix.ENOMEM: errs.NoSpace,
			unix.EOPNOTSUPP: errs.FileSystem, unix.EIO: unix.EIO, unix.EBADF: unix.EBADF,
		} {
			func() {
				defer backing.OnFallocate(func(off, n int64) error { return errno })()
				err := f.Reserve(pieces(0, 1<<20))
				if !errors.Is(err, want) || !errors.Is(err, errno) || !strings.Contains(err.Error(), name) {
					t.Errorf("%v: %v", errno, err)
				}
				if want != errs.NoSpace && errors.Is(err, errs.NoSpace) {
					t.Errorf("%v is no lack of space: %v", errno, err)
				}
			}()
		}
	})
}

// Signals arrive all the time in a program with a profiler: each interrupts one
// allocation, and tmpfs undoes it.
func TestReserveInterrupted(t *testing.T) {
	places(t, func(t *testing.T, name string) {
		f := create(t, parse(t, name), "")
		const total = 100 << 20
		calls, done := 0, int64(0)
		defer backing.OnFallocate(func(off, n int64) error {
			calls++
			if n > 8<<20 || calls%3 == 0 { // too long to finish, or bad luck
				return unix.EINTR
			}
			if off != done {
				t.Errorf("allocates at %d, %d is done", off, done)
			}
			done = off + n
			return nil
		})()
		if err := f.Reserve(pieces(0, total)); err != nil {
			t.Fatal(err)
		}
		if done != total {
			t.Errorf("%d of %d bytes", done, total)
		}
		sized(t, f, total)
	})
}

// limited has a limit on the size of files. Beyond it the kernel also sends a
// signal, which must not end the process.
func limited(name string) {
	n, err := backing.Parse(name)
	if err == nil {
		err = unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: 1 << 20, Max: 1 << 20})
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	ready()
	f, err := backing.Create(n, 0o600, fill(""))
	if err != nil {
		fmt.Println(err)
		return
	}
	_, werr := f.WriteAt([]byte("x"), 1<<20)
	for _, err := range []error{f.Reserve(pieces(1<<20, 4096)), f.Truncate(2 << 20), werr} {
		if !errors.Is(err, errs.NoSpace) || !errors.Is(err, unix.EFBIG) || !strings.Contains(err.Error(), "1.0 MiB (ulimit -f)") {
			fmt.Println("not refused:", err)
			return
		}
	}
	fmt.Println(f.Reserve(pieces(0, 1<<20)))
}

func TestFileSizeLimit(t *testing.T) {
	places(t, func(t *testing.T, name string) {
		c := start(t, "limit", name)
		c.goOn()
		if got := c.line(); got != "<nil>" {
			t.Error(got)
		}
	})
}

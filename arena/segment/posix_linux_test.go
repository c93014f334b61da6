package segment_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"golang.org/x/sys/unix"

	"usarena/arena/segment"
)

// Each flag of shm_open.
func TestOpenPOSIX(t *testing.T) {
	name := shmName(t)
	if _, err := segment.OpenPOSIX(name, os.O_RDWR, 0o600); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("not there: %v", err)
	}
	old := unix.Umask(0o027)
	s, err := segment.OpenPOSIX(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
	unix.Umask(old)
	must(t, err)
	defer s.Close()
	if st, err := s.Stat(); err != nil || st.Size != 0 || st.Mode != 0o640 || st.Kind != "posix" || st.Name != name {
		t.Errorf("new: %+v, %v", st, err)
	}
	if _, err := s.Attach(0, 0); !errors.Is(err, segment.ErrInvalid) {
		t.Errorf("attached though empty: %v", err)
	}
	must(t, s.Extend(10_000), s.Extend(5000))
	if n, err := s.Size(); err != nil || n != 10_000 {
		t.Errorf("%d bytes, %v", n, err)
	}
	b, err := s.Attach(0, 0)
	must(t, err)
	copy(b[9990:], "at the end")
	if _, err := segment.OpenPOSIX(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600); !errors.Is(err, fs.ErrExist) {
		t.Errorf("exclusive: %v", err)
	}
	r, err := segment.OpenPOSIX(name, os.O_RDONLY, 0)
	must(t, err)
	defer r.Close()
	if _, err := r.Attach(0, 0); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("attached to write: %v", err)
	}
	rb, err := r.Attach(0, segment.ReadOnly)
	must(t, err)
	if string(rb[9990:]) != "at the end" || !faults(func() { rb[0] = 1 }) {
		t.Errorf("%q", rb[9990:])
	}
	again, err := segment.OpenPOSIX(name, os.O_RDWR|os.O_CREATE, 0o600)
	must(t, err)
	defer again.Close()
	if n, _ := again.Size(); n != 10_000 {
		t.Errorf("created again: %d bytes", n)
	}
	must(t, r.Close(), s.Close())
	empty, err := segment.OpenPOSIX(name, os.O_RDWR|os.O_TRUNC, 0)
	must(t, err)
	defer empty.Close()
	if n, _ := again.Size(); n != 0 {
		t.Errorf("truncated: %d bytes", n)
	}
	must(t, segment.UnlinkPOSIX(name))
	if err := segment.UnlinkPOSIX(name); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("unlinked twice: %v", err)
	}
	must(t, again.Extend(4096)) // who has it open goes on
	for _, bad := range []string{"", "/", "name", "/a/b", "/..", "/a\x00"} {
		if _, err := segment.OpenPOSIX(bad, os.O_RDWR, 0); !errors.Is(err, segment.ErrInvalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	for _, bad := range []int{os.O_APPEND, os.O_RDONLY | os.O_TRUNC} {
		if _, err := segment.OpenPOSIX(name, bad, 0); !errors.Is(err, segment.ErrInvalid) {
			t.Errorf("flags %#x: %v", bad, err)
		}
	}
}

// A name leads to the object that was opened, or nothing is removed.
func TestRemoveByName(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	s, err := segment.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	must(t, err)
	defer s.Close()
	must(t, os.Rename(path, path+"2"), os.WriteFile(path, []byte("another's"), 0o600))
	if err := s.Remove(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
	must(t, os.Rename(path+"2", path), s.Remove())
	if err := s.Remove(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("removed twice: %v", err)
	}
	must(t, os.Symlink("/dev/null", path))
	if _, err := segment.OpenFile(path, os.O_RDWR, 0); !errors.Is(err, unix.ELOOP) {
		t.Errorf("through a link: %v", err)
	}
	if _, err := segment.OpenFile(filepath.Dir(path), os.O_RDONLY, 0); !errors.Is(err, segment.ErrInvalid) {
		t.Errorf("a directory: %v", err)
	}
}

// Owner and permissions of what has a descriptor.
func TestSetOfFile(t *testing.T) {
	s, err := segment.OpenPOSIX(shmName(t), os.O_RDWR|os.O_CREATE, 0o600)
	must(t, err)
	defer s.Close()
	must(t, s.SetMode(0o640))
	if st, err := s.Stat(); err != nil || st.Mode != 0o640 {
		t.Errorf("%+v, %v", st, err)
	}
	if os.Getuid() != 0 {
		t.Skip("only root gives objects away")
	}
	must(t, s.SetOwner(12345, 54321))
	if st, err := s.Stat(); err != nil || st.UID != 12345 || st.GID != 54321 {
		t.Errorf("%+v, %v", st, err)
	}
}

// A memfd that is sealed cannot be cut off beneath its users.
func TestSeal(t *testing.T) {
	s, err := segment.NewMemfd("usarena-segment-test", 8192)
	must(t, err)
	defer s.Close()
	b, err := s.Attach(0, 0)
	must(t, err)
	if err := s.Seal(segment.SealWrite); !errors.Is(err, unix.EBUSY) {
		t.Errorf("sealed while attached for writing: %v", err)
	}
	must(t, s.Seal(segment.SealShrink|segment.SealGrow))
	if err := unix.Ftruncate(s.Fd(), 0); !errors.Is(err, unix.EPERM) {
		t.Errorf("shortened: %v", err)
	}
	if err := s.Extend(10_000); !errors.Is(err, unix.EPERM) {
		t.Errorf("extended: %v", err)
	}
	copy(b, "goes on")
	must(t, s.Detach(b), s.Seal(segment.SealWrite|segment.SealSeal))
	if _, err := s.Attach(0, 0); !errors.Is(err, unix.EPERM) {
		t.Errorf("attached for writing: %v", err)
	}
	if r, err := s.Attach(0, segment.ReadOnly); err != nil || text(r) != "goes on" {
		t.Errorf("%v", err)
	}
	if err := s.Seal(segment.SealShrink); !errors.Is(err, unix.EPERM) {
		t.Errorf("sealed after the last seal: %v", err)
	}
	if err := s.Remove(); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("removed: %v", err)
	}
}

// All families read and write alike, up to their end.
func TestReadWriteAt(t *testing.T) {
	posix, err := segment.OpenPOSIX(shmName(t), os.O_RDWR|os.O_CREATE, 0o600)
	must(t, err, posix.Extend(10_000))
	file, err := segment.OpenFile(filepath.Join(t.TempDir(), "f"), os.O_RDWR|os.O_CREATE, 0o600)
	must(t, err, file.Extend(10_000))
	memfd, err := segment.NewMemfd("m", 10_000)
	must(t, err)
	for _, s := range []*segment.Segment{posix, file, memfd, newSysV(t, segment.Private, 10_000, 0o600)} {
		want := []byte(strings.Repeat("0123456789", 1000))
		if n, err := s.WriteAt(want[:9000], 0); n != 9000 || err != nil {
			t.Errorf("%v: %d %v", s.Kind(), n, err)
		}
		if n, err := s.WriteAt(want[:2000], 9000); n != 1000 || !errors.Is(err, io.ErrShortWrite) {
			t.Errorf("%v past the end: %d %v", s.Kind(), n, err)
		}
		if n, err := s.WriteAt(want[:1], 20_000); n != 0 || !errors.Is(err, io.ErrShortWrite) {
			t.Errorf("%v behind the end: %d %v", s.Kind(), n, err)
		}
		if size, err := s.Size(); err != nil || size != 10_000 {
			t.Errorf("%v: %d bytes, %v", s.Kind(), size, err)
		}
		if err := iotest.TestReader(io.NewSectionReader(s, 0, 10_000), want); err != nil {
			t.Errorf("%v: %v", s.Kind(), err)
		}
		b, err := s.Attach(0, 0)
		must(t, err)
		if !bytes.Equal(b, want) {
			t.Errorf("%v: attached, it reads otherwise", s.Kind())
		}
		p := make([]byte, 20)
		if n, err := s.ReadAt(p, 9990); n != 10 || err != io.EOF || string(p[:10]) != "0123456789" {
			t.Errorf("%v: %d %v %q", s.Kind(), n, err, p)
		}
		if _, err := s.ReadAt(p, -1); !errors.Is(err, segment.ErrInvalid) {
			t.Errorf("%v: %v", s.Kind(), err)
		}
		if err := s.Extend(20_000); (s.Kind() == segment.SysV) != errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("%v: %v", s.Kind(), err)
		}
		if err := s.Lock(); (s.Kind() == segment.SysV) == errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("%v: %v", s.Kind(), err)
		}
		must(t, s.Close())
		for what, err := range map[string]error{"read": second(s.ReadAt(p, 0)), "write": second(s.WriteAt(p, 0)), "extend": s.Extend(1), "stat": second(s.Stat()), "mode": s.SetMode(0o600), "detach": s.Detach(b)} {
			if !errors.Is(err, fs.ErrClosed) {
				t.Errorf("%v: %s after Close: %v", s.Kind(), what, err)
			}
		}
	}
}

func second[T any](_ T, err error) error { return err }

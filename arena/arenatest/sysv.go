package arenatest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"testing"

	"usarena/arena/segment"
	"usarena/internal/scratch"
)

// NeedFile skips a test that does to an arena's file what cannot be done to a System V
// segment: cut it off, punch holes, or write into it by its name.
func NeedFile(t testing.TB) {
	t.Helper()
	if Backing() == "sysv" {
		t.Skip("a System V segment is no file: it keeps its length and all of its pages")
	}
}

// NeedGrowth skips a test of an arena that gets larger.
func NeedGrowth(t testing.TB) {
	t.Helper()
	if Fixed() {
		t.Skip("a System V segment cannot grow")
	}
}

// Fixed says that arenas of this run have all their size from the start: their Size is
// MaxSize as well.
func Fixed() bool { return Backing() == "sysv" }

// NeedName skips a test of an arena's name: of two with one, of removal, of who comes
// first.
func NeedName(t testing.TB) {
	t.Helper()
	if Backing() == "memfd" {
		t.Skip("an anonymous arena has no name")
	}
}

// Unlink takes away what has that name, in use or not, as os.Remove does with a file.
func Unlink(name string) { scratch.Unlink(name) }

// ReadFile is all bytes of an arena that Name named, as os.ReadFile reads a file.
func ReadFile(name string) ([]byte, error) {
	s, st, err := segmentOf(name)
	switch {
	case err != nil:
		return nil, err
	case s == nil:
		return os.ReadFile(Path(name))
	}
	b := make([]byte, st.Size)
	_, err = s.ReadAt(b, 0)
	return b, err
}

// WriteFile makes b what is behind the name, as os.WriteFile does. A System V segment
// that is there must have as many bytes.
func WriteFile(name string, b []byte, perm fs.FileMode) error {
	s, st, err := segmentOf(name)
	switch {
	case s == nil && err == nil:
		return os.WriteFile(Path(name), b, perm)
	case errors.Is(err, fs.ErrNotExist):
		key, _ := scratch.SysVKey(name)
		s, err = segment.Get(key, max(uint64(len(b)), 1), segment.Create|segment.Exclusive|int(perm.Perm()))
	case err == nil && uint64(len(b)) != st.Size:
		err = fmt.Errorf("arenatest: %s has %d bytes and keeps them, not %d: %w", name, st.Size, len(b), errors.ErrUnsupported)
	}
	if err == nil {
		_, err = s.WriteAt(b, 0)
	}
	return err
}

// segmentOf is the segment behind a name; nil if it is a file's.
func segmentOf(name string) (*segment.Segment, segment.Stat, error) {
	key, ok := scratch.SysVKey(name)
	if !ok {
		return nil, segment.Stat{}, nil
	}
	s, err := segment.Get(key, 0, 0)
	if err != nil {
		return nil, segment.Stat{}, err
	}
	st, err := s.Stat()
	return s, st, err
}

// WriteAt puts b at an offset of an arena that Name named.
func WriteAt(name string, b []byte, off int64) error {
	s, _, err := segmentOf(name)
	if err != nil {
		return err
	}
	if s != nil {
		_, err = s.WriteAt(b, off)
		return err
	}
	f, err := os.OpenFile(Path(name), os.O_RDWR, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(b, off)
	return errors.Join(err, f.Close())
}

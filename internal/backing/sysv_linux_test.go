package backing_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"usarena/arena/segment"
	"usarena/internal/backing"
	"usarena/internal/errs"
	"usarena/internal/layout"
)

// sysvKey is a key that nobody uses; what has it at the end is removed.
func sysvKey(t *testing.T) (name string, key segment.Key) {
	t.Helper()
	for k := uint32(0xc0000000) | uint32(os.Getpid())<<8; ; k++ {
		if _, err := segment.Get(segment.Key(k), 0, 0); errors.Is(err, fs.ErrNotExist) {
			name, key = fmt.Sprintf("sysv:%#x", k), segment.Key(k)
			break
		}
	}
	t.Cleanup(func() {
		os.Remove(parse(t, name).Path)
		if s, err := segment.Get(key, 0, 0); err == nil {
			s.Remove()
		}
	})
	return name, key
}

// header is a sound header of the arena in f.
func header(t *testing.T, f *backing.File) []byte {
	t.Helper()
	g, err := layout.Plan(64<<10, 8)
	if err != nil {
		t.Fatal(err)
	}
	b := make([]byte, layout.HeaderSize)
	h := layout.HeaderOf(b)
	h.Size, h.MaxSize, h.Mode = 64<<10, 64<<10, 0o640
	h.SetCompanion(f.Companion())
	h.Committed.Store(1)
	h.Place(&g)
	return b
}

const segSize = 128 << 10

func makeSysV(t *testing.T, name string) *backing.File {
	t.Helper()
	f, err := backing.Create(parse(t, name), 0o640, func(f *backing.File) error {
		if err := f.Allot(segSize); err != nil {
			return err
		}
		_, err := f.WriteAt(header(t, f), 0)
		return errors.Join(err, f.Reserve(pieces(0, segSize)))
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func TestSysV(t *testing.T) {
	name, key := sysvKey(t)
	if _, err := backing.Open(parse(t, name), false); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("nothing there: %v", err)
	}
	f := makeSysV(t, name)
	s, err := segment.Get(key, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	if st, err := s.Stat(); err != nil || st.Size != segSize || st.Mode != 0o640 {
		t.Errorf("%+v, %v", st, err)
	}
	if st, err := os.Stat(f.Place()); err != nil || st.Mode().Perm() != 0o640 || st.Size() != layout.CompanionSize {
		t.Errorf("lock file %v, %v", st, err)
	}
	if _, err := backing.Create(parse(t, name), 0o600, func(*backing.File) error { return nil }); !errors.Is(err, fs.ErrExist) {
		t.Errorf("create again: %v", err)
	}
	g, err := backing.Open(parse(t, name), true)
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	if _, err := f.WriteAt([]byte("hello"), 70_000); err != nil {
		t.Error(err)
	}
	b := make([]byte, 5)
	if _, err := g.ReadAt(b, 70_000); err != nil || string(b) != "hello" {
		t.Errorf("%q, %v", b, err)
	}
	sized(t, g, segSize)
	if err := f.Reserve(pieces(0, segSize+1)); !errors.Is(err, errs.NoSpace) {
		t.Errorf("beyond the end: %v", err)
	}
	if err := f.Truncate(segSize + 1); !errors.Is(err, errs.NoSpace) {
		t.Errorf("longer: %v", err)
	}
	if err := f.Unlink(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(f.Place()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the lock file after it: %v", err)
	}
	if _, err := backing.Open(parse(t, name), false); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("after it was removed: %v", err)
	}
	if _, err := segment.Get(key, 0, 0); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the segment after it: %v", err)
	}
	makeSysV(t, name) // the name is free
}

// A segment that no arena is in is left alone, and so is one whose lock file is gone.
func TestSysVOfOthers(t *testing.T) {
	name, key := sysvKey(t)
	s, err := segment.Get(key, segSize, segment.Create|0o600)
	if err != nil {
		t.Fatal(err)
	}
	untouched := func(what string, want error) {
		t.Helper()
		if _, err := backing.Open(parse(t, name), false); !errors.Is(err, want) {
			t.Errorf("%s: open: %v", what, err)
		}
		for _, create := range []func(backing.Name, fs.FileMode, func(*backing.File) error) (*backing.File, error){backing.Create, backing.Replace} {
			if _, err := create(parse(t, name), 0o600, func(f *backing.File) error { return f.Allot(segSize) }); !errors.Is(err, fs.ErrExist) {
				t.Errorf("%s: create: %v", what, err)
			}
		}
		if st, err := s.Stat(); err != nil || st.Destroyed {
			t.Errorf("%s: %+v, %v", what, st, err)
		}
		if _, err := os.Stat(parse(t, name).Path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: lock file: %v", what, err)
		}
	}
	untouched("another program's", errs.NotArena)
	s.Remove()
	f := makeSysV(t, name)
	if s, err = segment.Get(key, 0, 0); err != nil {
		t.Fatal(err)
	}
	os.Remove(f.Place())
	untouched("without a lock file", errs.Corrupt)
}

// Somebody removed the segment with ipcrm: the name is free, and users go on.
func TestSysVRemovedByOthers(t *testing.T) {
	name, key := sysvKey(t)
	f := makeSysV(t, name)
	mem, err := f.Attach(0, false)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.SysvShmDetach(mem)
	s, err := segment.Get(key, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	s.Remove()
	if _, err := backing.Open(parse(t, name), false); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
	if same, err := f.SamePath(); err != nil || same {
		t.Errorf("the name still leads to it: %v", err)
	}
	g := makeSysV(t, name)
	g.WriteAt([]byte("new"), 70_000)
	if bytes.Equal(mem[70_000:70_003], []byte("new")) {
		t.Error("two arenas in one segment")
	}
}

// What a maker that died has left, at each point.
func TestSysVHalfMade(t *testing.T) {
	for _, stage := range []string{"name", "segment", "header", "another"} {
		t.Run(stage, func(t *testing.T) {
			name, key := sysvKey(t)
			f := makeSysV(t, name)
			companion, err := os.ReadFile(f.Place())
			if err != nil {
				t.Fatal(err)
			}
			clear(companion[layout.CompanionState : layout.CompanionState+8])
			if err := os.WriteFile(f.Place(), companion, 0o640); err != nil {
				t.Fatal(err)
			}
			s, err := segment.Get(key, 0, 0)
			if err != nil {
				t.Fatal(err)
			}
			s.SetMode(0o600)
			switch stage {
			case "name":
				s.Remove()
			case "another": // a program was faster with a segment of that key
				s.Remove()
				if s, err = segment.Get(key, segSize/2, segment.Create|0o600); err != nil {
					t.Fatal(err)
				}
			case "segment":
				s.WriteAt(make([]byte, layout.HeaderSize), 0)
			}
			hold, err := os.Open(f.Place())
			if err != nil {
				t.Fatal(err)
			}
			defer hold.Close()
			if err := unix.Flock(int(hold.Fd()), unix.LOCK_EX); err != nil {
				t.Fatal(err)
			}
			if _, err := backing.Open(parse(t, name), false); !errors.Is(err, errs.Busy) {
				t.Errorf("while its maker lives: %v", err)
			}
			hold.Close()
			g, err := backing.Open(parse(t, name), false)
			if stage == "header" {
				if err != nil {
					t.Fatal(err)
				}
				defer g.Close()
				if st, err := s.Stat(); err != nil || st.Mode != 0o640 {
					t.Errorf("the mode was not set: %+v, %v", st, err)
				}
				return
			}
			_, segErr := segment.Get(key, 0, 0)
			if stage == "another" {
				if segErr != nil {
					t.Errorf("another program's segment: %v", segErr)
				}
				s.Remove()
				_, segErr = segment.Get(key, 0, 0)
			}
			_, fileErr := os.Stat(f.Place())
			if !errors.Is(err, fs.ErrNotExist) || !errors.Is(segErr, fs.ErrNotExist) || !errors.Is(fileErr, fs.ErrNotExist) {
				t.Errorf("open %v, segment %v, lock file %v", err, segErr, fileErr)
			}
		})
	}
}

// Every bit of the lock file: an error, or the arena. The arena's segment is never taken
// away, and no other one is taken for it.
func TestSysVCompanionBits(t *testing.T) {
	name, key := sysvKey(t)
	f := makeSysV(t, name)
	sound, err := os.ReadFile(f.Place())
	if err != nil {
		t.Fatal(err)
	}
	opened := 0
	for bit := range len(sound) * 8 {
		b := bytes.Clone(sound)
		b[bit/8] ^= 1 << (bit % 8)
		if err := os.WriteFile(f.Place(), b, 0o640); err != nil {
			t.Fatal(err)
		}
		g, err := backing.Open(parse(t, name), false)
		if err == nil {
			opened++
			if bit/8 < layout.CompanionState {
				t.Errorf("bit %d was not seen", bit)
			}
			g.Close()
		}
		if s, err := segment.Get(key, 0, 0); err != nil {
			t.Fatalf("bit %d: %v", bit, err)
		} else if st, err := s.Stat(); err != nil || st.Destroyed {
			t.Fatalf("bit %d: %+v, %v", bit, st, err)
		}
		if now, err := os.ReadFile(f.Place()); err != nil {
			t.Fatalf("bit %d: %v", bit, err)
		} else if g == nil && !bytes.Equal(now, b) {
			t.Fatalf("bit %d: changed", bit)
		}
	}
	for _, n := range []int{0, 1, 8, layout.CompanionSize - 1} {
		if err := os.WriteFile(f.Place(), sound[:n], 0o640); err != nil {
			t.Fatal(err)
		}
		if _, err := backing.Open(parse(t, name), false); !errors.Is(err, errs.NotArena) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
	if want := 8 * (layout.CompanionSize - layout.CompanionState); opened != want {
		t.Errorf("opened with %d bits wrong, want %d: the segment's identifier can be found by the key", opened, want)
	}
}

// A segment of another IPC namespace may have the same identifier.
func TestSysVElsewhere(t *testing.T) {
	name, _ := sysvKey(t)
	f := makeSysV(t, name)
	b, err := os.ReadFile(f.Place())
	if err != nil {
		t.Fatal(err)
	}
	var c layout.Companion
	copy(c.Bytes(), b)
	c.Namespace++
	c.Seal()
	if err := os.WriteFile(f.Place(), c.Bytes(), 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := backing.Open(parse(t, name), false); !errors.Is(err, errs.FileSystem) || !strings.Contains(err.Error(), "namespace") {
		t.Errorf("%v", err)
	}
}

package arena_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/config"
	"usarena/internal/layout"
)

var t0 = context.Background()

func trueCmd() *exec.Cmd { return exec.Command("true") }

// opens are the ways to open something that exists.
var opens = map[string]func(name string) (*arena.Arena, error){
	"Init":         func(name string) (*arena.Arena, error) { return arena.Init(name, nil) },
	"Join":         arena.Join,
	"OpenReadOnly": arena.OpenReadOnly,
}

// refused wants every way to open name to fail with want and to leave the bytes
// of the file alone.
func refused(t *testing.T, what, name string, want error) {
	t.Helper()
	before, _ := arenatest.ReadFile(name)
	for how, open := range opens {
		a, err := open(name)
		if err == nil {
			a.Close()
		}
		wantError(t, how+" of "+what, err, want)
		if err != nil && !strings.Contains(err.Error(), name) {
			t.Errorf("%s of %s: the error does not name it: %v", how, what, err)
		}
	}
	if after, _ := arenatest.ReadFile(name); !bytes.Equal(before, after) {
		t.Errorf("%s was changed", what)
	}
}

func TestNotAnArena(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	refused(t, "an empty file", write("empty", ""), arena.ErrNotArena)
	refused(t, "a letter", write("letter", "dear sir"), arena.ErrNotArena)
	refused(t, "a long letter", write("long", strings.Repeat("dear sir ", 10_000)), arena.ErrNotArena)
	refused(t, "zeros", write("zeros", strings.Repeat("\x00", 1<<16)), arena.ErrNotArena)
	fifo := filepath.Join(dir, "fifo")
	if err := unix.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	for how, open := range opens {
		for what, name := range map[string]string{"a directory": dir, "a FIFO": fifo, "a device": "/dev/null"} {
			_, err := open(name)
			wantError(t, how+" of "+what, err, arena.ErrNotArena)
		}
		_, err := open(filepath.Join(dir, "none", "none"))
		if err == nil || !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s in a directory that is not there: %v", how, err)
		}
		_, err = open("")
		wantError(t, how+" of an empty name", err, arena.ErrInvalid)
	}
}

// planted makes a directory where anybody may put a file, and puts an arena of
// another user there.
func planted(t *testing.T) (dir, name string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root to make files of somebody else")
	}
	dir = t.TempDir()
	if err := os.Chmod(dir, 0o777|fs.ModeSticky); err != nil {
		t.Fatal(err)
	}
	name = filepath.Join(dir, "arena")
	mustCreate(t, name, &config.Config{MaxSize: 64 << 10}).Close()
	if err := os.Chown(name, 12345, 12345); err != nil {
		t.Fatal(err)
	}
	return dir, name
}

func TestForeignOwner(t *testing.T) {
	dir, name := planted(t)
	_, err := arena.Init(name, nil)
	wantError(t, "Init of somebody's arena", err, arena.ErrForeignOwner)
	_, err = arena.InitFresh(name, nil)
	wantError(t, "InitFresh of somebody's arena", err, arena.ErrForeignOwner)
	mustJoin(t, name).Close() // by permissions

	link := filepath.Join(dir, "link")
	if err := os.Symlink(name, link); err != nil {
		t.Fatal(err)
	}
	refused(t, "a link in a sticky directory", link, arena.ErrForeignOwner)
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	a, err := arena.Init(name, nil) // nobody can plant anything here
	if err != nil {
		t.Fatal(err)
	}
	a.Close()
}

// corrupt makes a copy of a sound arena with some bytes changed.
func corrupt(t *testing.T, change func(b []byte) []byte) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "arena")
	a := mustCreate(t, name, &config.Config{Size: 64 << 10, NoAutoGrow: true})
	mustMalloc(t, a, 100)
	a.Close()
	b, err := arenatest.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := arenatest.WriteFile(name, change(b), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestDamagedHeader(t *testing.T) {
	name := corrupt(t, func(b []byte) []byte { return b })
	sound, err := arenatest.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for i := range layout.ConstSize {
		bad := bytes.Clone(sound)
		bad[i] ^= 0x10
		if err := arenatest.WriteFile(name, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		for how, open := range opens {
			a, err := open(name)
			if err == nil {
				a.Close()
			}
			if !errors.Is(err, arena.ErrNotArena) && !errors.Is(err, arena.ErrVersion) && !errors.Is(err, arena.ErrCorrupt) {
				t.Errorf("%s with byte %#x flipped: %v", how, i, err)
			}
		}
		if _, err := arena.InitFresh(name, nil); err == nil {
			t.Fatalf("InitFresh has overwritten an arena with byte %#x flipped", i)
		}
	}
	if err := arenatest.WriteFile(name, sound, 0o600); err != nil {
		t.Fatal(err)
	}
	mustJoin(t, name)
}

func TestNewerVersion(t *testing.T) {
	name := corrupt(t, func(b []byte) []byte {
		layout.HeaderOf(b).Version++
		return b
	})
	refused(t, "a newer arena", name, arena.ErrVersion)
	_, err := arena.InitFresh(name, nil)
	wantError(t, "InitFresh of a newer arena", err, arena.ErrVersion)
}

func TestReadOnlyFeatures(t *testing.T) {
	name := corrupt(t, func(b []byte) []byte {
		h := layout.HeaderOf(b)
		h.ReadOnly = 1 << 30
		h.Checksum = h.Sum()
		return b
	})
	_, err := arena.Join(name)
	wantError(t, "Join with features for readers only", err, arena.ErrVersion)
	r, err := arena.OpenReadOnly(name)
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
}

func TestTruncated(t *testing.T) {
	for _, keep := range []int{8, 100, layout.HeaderSize - 1, layout.HeaderSize, 4096, 64<<10 - 1} {
		name := corrupt(t, func(b []byte) []byte { return b[:min(keep, len(b)-1)] })
		refused(t, "a truncated arena", name, arena.ErrTruncated)
		_, err := arena.InitFresh(name, nil)
		wantError(t, "InitFresh of a truncated arena", err, arena.ErrTruncated)
	}
	name := corrupt(t, func(b []byte) []byte { // more pages than the ceiling
		binary.NativeEndian.PutUint64(b[0x200:], 1<<40)
		return b
	})
	refused(t, "too many pages", name, arena.ErrCorrupt)
}

func TestRefusedConfigurations(t *testing.T) {
	name := arenatest.Name(t)
	for _, c := range []config.Config{
		{Size: 1}, {Size: 4095}, {Size: 1 << 50}, {Size: ^config.Size(0)}, {MaxSize: ^config.Size(0)},
		{Users: -1}, {Users: 10001}, {Mode: fs.ModeDir}, {Type: 7}, {LockType: 7}, {AttachAddr: 5}, {HistorySize: -1}, {Reaper: -1},
		{Size: 4096}, {Size: 4096, NoAutoGrow: true}, {Size: 64 << 10, Users: 10000},
	} {
		_, err := arena.Init(name, &c)
		wantError(t, "Init", err, arena.ErrInvalid)
		wantError(t, "Init", err, syscall.EINVAL)
		if _, err := os.Stat(arenatest.Path(name)); err == nil {
			t.Fatalf("%+v made a file", c)
		}
	}
}

// The least size that the error names must work, and one byte less must not.
func TestLeastSize(t *testing.T) {
	for _, c := range []config.Config{{Users: 8}, {Users: 1, NoAutoGrow: true}, {Users: 10000}, {Users: 500, MaxSize: 1 << 20}, {Users: 10000, NoAutoGrow: true}} {
		c.Size = 4096
		a, err := arena.Init(arenatest.Name(t), &c)
		if err == nil {
			a.Close()
			continue
		}
		words := strings.FieldsFunc(err.Error(), func(r rune) bool { return r < '0' || r > '9' })
		least := config.Size(0)
		for _, w := range words[max(0, len(words)-3):] {
			if n, err := config.ParseSize(w); err == nil && n > 4096 {
				least = n
			}
		}
		if !strings.Contains(err.Error(), "the least") || least == 0 {
			t.Fatalf("%+v: no least size in %q", c, err)
		}
		c.Size = least
		a, err = arena.Init(arenatest.Name(t), &c)
		if err != nil {
			t.Errorf("%v was said to work: %v", least, err)
			continue
		}
		if _, err := a.Malloc(100); err != nil {
			t.Errorf("%+v: no room for one block: %v", c, err)
		}
		a.Close()
		c.Size--
		if _, err := arena.Init(arenatest.Name(t), &c); err == nil {
			t.Errorf("%v works as well", c.Size)
		}
	}
}

func TestBadArguments(t *testing.T) {
	a := arenatest.New(t, &config.Config{MaxSize: 4 << 20})
	p := mustMalloc(t, a, 100)
	huge := ^uint64(0)
	for what, f := range map[string]func() (arena.Offset, error){
		"Malloc":           func() (arena.Offset, error) { return a.Malloc(huge) },
		"Calloc":           func() (arena.Offset, error) { return a.Calloc(1<<33, 1<<33) },
		"Calloc 2":         func() (arena.Offset, error) { return a.Calloc(huge, huge) },
		"Realloc":          func() (arena.Offset, error) { return a.Realloc(p, huge-5) },
		"Recalloc":         func() (arena.Offset, error) { return a.Recalloc(p, 1<<40, 1<<40) },
		"Memalign 3":       func() (arena.Offset, error) { return a.Memalign(3, 10) },
		"Memalign 0":       func() (arena.Offset, error) { return a.Memalign(0, 10) },
		"Memalign 2^63":    func() (arena.Offset, error) { return a.Memalign(1<<63, 10) },
		"Memalign, length": func() (arena.Offset, error) { return a.Memalign(64, huge) },
	} {
		off, err := f()
		if off != 0 || !errors.Is(err, arena.ErrInvalid) && !errors.Is(err, arena.ErrNoSpace) {
			t.Errorf("%s: %#x, %v", what, off, err)
		}
	}
	if n, err := a.BlockSize(p); err != nil || n < 100 {
		t.Errorf("the block suffered: %d, %v", n, err)
	}
	for _, off := range []arena.Offset{1, p + 1, p + 16, huge, 1 << 40, 4096} {
		err := a.Free(off)
		if !errors.Is(err, arena.ErrNotAllocated) && !errors.Is(err, arena.ErrDoubleFree) {
			t.Errorf("free %#x: %v", off, err)
		}
	}
	if err := a.Free(0); err != nil {
		t.Errorf("free nil: %v", err)
	}
	for _, c := range []struct{ p, n uint64 }{{0, 0}, {0, 1}, {1, 1}, {p, huge}, {p, 1 << 40}, {huge, 1}, {huge - 5, 10}, {1 << 45, 1}} {
		wantPanic(t, "Bytes", arena.ErrInvalid, func() { a.Bytes(c.p, c.n) })
	}
	wantPanic(t, "Pointer(0)", arena.ErrInvalid, func() { a.Pointer(0) })
	if b := a.Bytes(p, 7); len(b) != 7 || cap(b) != 7 {
		t.Errorf("window of %d, capacity %d", len(b), cap(b))
	}
}

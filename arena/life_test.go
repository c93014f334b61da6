package arena_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/config"
)

func TestCreateJoinClose(t *testing.T) {
	name := arenatest.Name(t)
	if _, err := arena.Join(name); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("join nothing: %v", err)
	}
	a, err := arena.Init(name, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = arena.Create(name, nil)
	wantError(t, "create what is there", err, fs.ErrExist)
	b, err := arena.Init(name, &config.Config{Users: 3}) // a joiner's configuration is ignored
	if err != nil {
		t.Fatal(err)
	}
	p := mustMalloc(t, a, 100)
	copy(a.Bytes(p, 5), "hello")
	a.PutInfo(p)
	if got := b.Bytes(b.GetInfo(), 5); string(got) != "hello" {
		t.Fatalf("the other user sees %q", got)
	}
	if err := b.Free(p); err != nil {
		t.Fatal(err)
	}
	wantError(t, "free again", a.Free(p), arena.ErrDoubleFree)
	if n := len(a.Users()); n != 2 {
		t.Errorf("%d users: %+v", n, a.Users())
	}
	if s, u := a.Self(), b.Self(); s.Slot == u.Slot || s.Pid != os.Getpid() || s.State != "live" {
		t.Errorf("self %+v and %+v", s, u)
	}
	size, most := config.DefaultSize, config.DefaultMaxSize
	if arenatest.Fixed() {
		size, most = config.DefaultSizeFixed, config.DefaultSizeFixed
	}
	if c := b.Config(); c.Users != 8 || c.Size != size || c.MaxSize != most || c.Mode != 0o600 {
		t.Errorf("config %+v", c)
	}
	wantClean(t, a)
	for _, x := range []*arena.Arena{a, b, a} {
		if err := x.Close(); err != nil {
			t.Fatal(err)
		}
	}

	c := mustJoin(t, name) // the contents stay
	if c.GetInfo() != p {
		t.Errorf("first datum %#x, put was %#x", c.GetInfo(), p)
	}
	if n := len(c.Users()); n != 1 {
		t.Errorf("%d users after both have closed: %+v", n, c.Users())
	}
}

func TestClosed(t *testing.T) {
	a := arenatest.New(t)
	p := mustMalloc(t, a, 10)
	q, err := arena.New[uint64](a)
	if err != nil {
		t.Fatal(err)
	}
	s, err := arena.CopyIn(a, []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	for what, f := range refusable(a, p) {
		wantError(t, what, f(), arena.ErrClosed)
	}
	for what, f := range map[string]func(){
		"Bytes": func() { a.Bytes(p, 1) }, "Pointer": func() { a.Pointer(p) },
		"Ptr.In": func() { q.In(a) }, "nil Ptr.In": func() { arena.Ptr[uint64]{}.In(a) }, "Slice.In": func() { s.In(a) },
		"PutInfo": func() { a.PutInfo(p) }, "GetInfo": func() { a.GetInfo() }, "CasInfo": func() { a.CasInfo(0, p) },
		"Stats": func() { a.Stats() }, "Check": func() { a.Check() }, "Users": func() { a.Users() },
		"Blocks": func() {
			for range a.Blocks() {
			}
		},
	} {
		wantPanic(t, what, arena.ErrClosed, f)
	}
	if err := a.Close(); err != nil {
		t.Errorf("second close: %v", err)
	}
}

// refusable are the methods with an error that need a user.
func refusable(a *arena.Arena, p arena.Offset) map[string]func() error {
	return map[string]func() error{
		"Malloc":   func() error { _, err := a.Malloc(1); return err },
		"Calloc":   func() error { _, err := a.Calloc(1, 1); return err },
		"Memalign": func() error { _, err := a.Memalign(64, 1); return err },
		"Realloc":  func() error { _, err := a.Realloc(p, 1); return err },
		"Recalloc": func() error { _, err := a.Recalloc(p, 1, 1); return err },
		"Free":     func() error { return a.Free(p) },
		"New":      func() error { _, err := arena.New[uint64](a); return err },
		"NewSlice": func() error { _, err := arena.NewSlice[uint64](a, 0); return err },
		"CopyIn":   func() error { _, err := arena.CopyIn(a, []byte("y")); return err },
		"Mallopt":  func() error { return a.Mallopt(1, 1) },
		"Add":      a.Add,
		"Unlink":   a.Unlink,
		"Chmod":    func() error { return a.Chmod(0o600) },
		"Recover":  func() error { _, err := a.Recover(t0); return err },
		"Command":  func() error { return a.Command(trueCmd()) },
	}
}

func TestOpenReadOnly(t *testing.T) {
	a := arenatest.New(t)
	p := mustMalloc(t, a, 100)
	copy(a.Bytes(p, 5), "hello")
	a.PutInfo(p)
	if err := a.Chmod(0o400); err != nil {
		t.Fatal(err)
	}
	r, err := arena.OpenReadOnly(a.Name())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if n := len(a.Users()); n != 1 {
		t.Errorf("a reader is a user: %+v", a.Users())
	}
	if !bytes.Equal(r.Bytes(r.GetInfo(), 5), []byte("hello")) {
		t.Error("the reader sees something else")
	}
	if n, err := r.BlockSize(p); err != nil || n < 100 {
		t.Errorf("block size %d, %v", n, err)
	}
	if q, err := arena.Root[[100]byte](r); err != nil || q.Offset() != p {
		t.Errorf("root %#x, %v", q.Offset(), err)
	}
	_, err = arena.Root[[1000]byte](r)
	wantError(t, "root of a larger type", err, arena.ErrInvalid)
	blocks := 0
	for off, n := range r.Blocks() {
		if blocks++; off != p || n < 100 {
			t.Errorf("block %#x of %d", off, n)
		}
	}
	if blocks != 1 || r.Stats().LiveBytes < 100 {
		t.Errorf("%d blocks, %+v", blocks, r.Stats())
	}
	wantClean(t, r)
	for what, f := range refusable(r, p) {
		wantError(t, what, f(), arena.ErrReadOnly)
	}
	wantPanic(t, "PutInfo", arena.ErrReadOnly, func() { r.PutInfo(0) })
	wantPanic(t, "CasInfo", arena.ErrReadOnly, func() { r.CasInfo(p, 0) })
	if r.Self().Slot != 0 {
		t.Errorf("reader is %+v", r.Self())
	}
	// A reader does not keep anybody from growing or freeing.
	big := mustMalloc(t, a, 1<<20)
	if b := r.Bytes(big, 1<<20); len(b) != 1<<20 || cap(b) != 1<<20 {
		t.Errorf("window of %d, %d", len(b), cap(b))
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	wantError(t, "malloc", refusable(r, p)["Malloc"](), arena.ErrClosed)
}

func TestModes(t *testing.T) {
	old := syscall.Umask(0o077)
	defer syscall.Umask(old)
	a := arenatest.New(t, &config.Config{Mode: 0o666})
	mode := func() fs.FileMode {
		fi, err := os.Stat(arenatest.Path(a.Name()))
		if err != nil {
			t.Fatal(err)
		}
		return fi.Mode()
	}
	if m := mode(); m != 0o666 {
		t.Errorf("created with 0666 under umask 077: %v", m)
	}
	if err := a.Chmod(0o640); err != nil || mode() != 0o640 {
		t.Errorf("chmod: %v, mode %v", err, mode())
	}
	wantError(t, "chmod to a directory", a.Chmod(fs.ModeDir|0o600), arena.ErrInvalid)
}

func TestUnlinkAndRecreate(t *testing.T) {
	arenatest.NeedName(t)
	a := arenatest.New(t)
	p := mustMalloc(t, a, 64)
	a.PutInfo(p)
	if err := a.Unlink(); err != nil {
		t.Fatal(err)
	}
	wantError(t, "unlink again", a.Unlink(), fs.ErrNotExist)
	_, err := arena.Join(a.Name())
	wantError(t, "join", err, fs.ErrNotExist)

	b := mustCreate(t, a.Name(), nil) // takes the name, not the arena
	if b.GetInfo() != 0 || a.GetInfo() != p {
		t.Error("two arenas share a first datum")
	}
	wantError(t, "unlink the namesake", a.Unlink(), fs.ErrNotExist)
	c := mustJoin(t, a.Name())
	if d1, i1 := b.ID(); true {
		if d2, i2 := c.ID(); d1 != d2 || i1 != i2 {
			t.Error("joined the old one")
		}
	}
	if _, err := a.Malloc(1 << 20); err != nil { // the old one still grows
		t.Error(err)
	}
	wantClean(t, a)
}

func TestRemove(t *testing.T) {
	arenatest.NeedName(t)
	a := arenatest.New(t)
	err := arena.Remove(a.Name())
	wantError(t, "remove while used", err, arena.ErrBusy)
	if err != nil && !bytes.Contains([]byte(err.Error()), []byte("pid ")) {
		t.Errorf("it does not say by whom: %v", err)
	}
	r, err := arena.OpenReadOnly(a.Name())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	a.Close()
	if err := arena.Remove(a.Name()); err != nil {
		t.Error(err)
	}
	wantError(t, "remove nothing", arena.Remove(a.Name()), fs.ErrNotExist)
	other := filepath.Join(t.TempDir(), "letter")
	if err := os.WriteFile(other, []byte("dear sir"), 0o600); err != nil {
		t.Fatal(err)
	}
	wantError(t, "remove a letter", arena.Remove(other), arena.ErrNotArena)
	if _, err := os.Stat(other); err != nil {
		t.Error(err)
	}
}

func TestResetIdle(t *testing.T) {
	name := arenatest.Name(t)
	cfg := &config.Config{ResetIdle: true, Users: 4}
	a, err := arena.Init(name, cfg)
	if err != nil {
		t.Fatal(err)
	}
	a.PutInfo(mustMalloc(t, a, 8))
	b, err := arena.Init(name, cfg) // in use: joined
	if err != nil {
		t.Fatal(err)
	}
	if b.GetInfo() == 0 {
		t.Error("started afresh under a live user")
	}
	a.Close()
	b.Close()
	c := mustJoin(t, name) // Join never resets
	if c.GetInfo() == 0 {
		t.Error("Join started afresh")
	}
	c.Close()
	d, err := arena.Init(name, cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if d.GetInfo() != 0 || !d.Config().ResetIdle || d.Config().Users != 4 {
		t.Errorf("first datum %#x, %+v", d.GetInfo(), d.Config())
	}
}

func TestConfigKept(t *testing.T) {
	want := config.Config{Size: 1 << 20, MaxSize: 64 << 20, NoReserve: true, Users: 33, Mode: 0o640, LockType: config.DebugPlus,
		History: true, HistorySize: 7, ResetIdle: true, ReclaimOnDeath: true, Share32: true}
	a := arenatest.New(t, &want)
	if arenatest.Fixed() {
		want.MaxSize, want.NoAutoGrow = want.Size, true
	}
	if got := a.Config(); got != want {
		t.Errorf("%+v\nwant %+v", got, want)
	}
	fixed := arenatest.New(t, &config.Config{Size: 128 << 10, NoAutoGrow: true})
	if c := fixed.Config(); c.MaxSize != 128<<10 || !c.NoAutoGrow {
		t.Errorf("%+v", c)
	}
	_, err := fixed.Malloc(1 << 20)
	wantError(t, "more than there is", err, arena.ErrNoSpace)
	wantError(t, "more than there is", err, syscall.ENOSPC)
}

func TestAttachAddr(t *testing.T) {
	const addr = 0x5000_0000
	a := arenatest.New(t, &config.Config{AttachAddr: addr, MaxSize: 1 << 20})
	p := mustMalloc(t, a, 16)
	if got := uint64(uintptr(a.Pointer(p))) - p; got != addr {
		t.Errorf("mapped at %#x", got)
	}
	if _, err := arena.Init(a.Name(), &config.Config{AttachAddr: addr}); !errors.Is(err, syscall.EEXIST) {
		t.Errorf("twice at one address: %v", err)
	}
	if n := len(a.Users()); n != 1 {
		t.Errorf("the failed attempt left %+v", a.Users())
	}
}

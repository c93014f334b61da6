package us_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/us"
)

func TestConfigSticks(t *testing.T) {
	for _, c := range []struct {
		cmd  us.Command
		def  int64
		good []any
		bad  []any
	}{
		{us.CONF_INITSIZE, 65536, []any{4096, uint64(1 << 20), int64(1 << 30)}, []any{4095, 0, -1, uint64(1) << 60, "x", 1.5, nil}},
		{us.CONF_INITUSERS, 8, []any{1, 10000, uint8(40)}, []any{0, -1, 10001}},
		{us.CONF_LOCKTYPE, us.US_NODEBUG, []any{us.US_DEBUG, us.US_DEBUGPLUS}, []any{3, -1}},
		{us.CONF_ARENATYPE, us.US_GENERAL, []any{us.US_SHAREDONLY}, []any{2, -1}},
		{us.CONF_CHMOD, 0o600, []any{0o666, fs.FileMode(0o640)}, []any{0, 0o10000, -1}},
		{us.CONF_ATTACHADDR, -1, []any{0x40000000, uintptr(4096)}, []any{5}},
		{us.CONF_AUTOGROW, 1, []any{0, 1}, []any{"x"}},
		{us.CONF_AUTORESV, 0, []any{1, 0}, nil},
		{us.CONF_ROBUST, 1, []any{0, 1}, nil},
	} {
		last := c.def
		for _, v := range append(c.good, c.def) {
			for _, bad := range c.bad {
				_, err := us.Config(c.cmd, bad)
				if !errors.Is(err, arena.ErrInvalid) || !errors.Is(err, syscall.EINVAL) {
					t.Errorf("command %d, value %v: %v", c.cmd, bad, err)
				}
			}
			old, err := us.Config(c.cmd, v)
			if err != nil || old != last {
				t.Errorf("command %d: previous %d, %v; want %d", c.cmd, old, err, last)
			}
			fmt.Sscan(fmt.Sprintf("%d", v), &last)
		}
	}
	for _, args := range [][]any{{}, {1, 2, 3}, {nil}} {
		if _, err := us.Config(us.CONF_INITUSERS, args...); !errors.Is(err, syscall.EINVAL) {
			t.Errorf("arguments %v: %v", args, err)
		}
	}
	for _, cmd := range []us.Command{0, -1, 99} {
		if _, err := us.Config(cmd, 1); !errors.Is(err, syscall.EINVAL) {
			t.Errorf("command %d: %v", cmd, err)
		}
	}
}

func TestStdioCommands(t *testing.T) {
	for _, c := range [][2]us.Command{
		{us.CONF_STHREADIOOFF, us.CONF_STHREADIOON},
		{us.CONF_STHREADMISCOFF, us.CONF_STHREADMISCON},
		{us.CONF_STHREADMALLOCOFF, us.CONF_STHREADMALLOCON},
	} {
		for i, want := range []int64{1, 0, 0, 1} {
			cmd := c[0]
			if i >= 2 {
				cmd = c[1]
			}
			if got, err := us.Config(cmd); err != nil || got != want {
				t.Errorf("command %d: previous %d, %v, want %d", cmd, got, err, want)
			}
		}
	}
}

// Settings that a program does not see by itself reach the arena.
func TestSettingsApply(t *testing.T) {
	const addr = 0x5100_0000
	with(t, us.CONF_AUTORESV, 1)
	with(t, us.CONF_AUTOGROW, 0)
	with(t, us.CONF_INITSIZE, 1<<20)
	base := func(a *arena.Arena) uint64 {
		p, err := us.Malloc(10, a)
		if err != nil {
			t.Fatal(err)
		}
		return uint64(uintptr(unsafe.Pointer(&a.Bytes(p, 10)[0]))) - p
	}
	with(t, us.CONF_ATTACHADDR, addr)
	a := mustInit(t, arenatest.Name(t))
	if c := a.Config(); !c.NoReserve || c.AttachAddr != addr {
		t.Errorf("%+v", c)
	}
	if at := base(a); at != addr {
		t.Errorf("mapped at %#x, want %#x", at, addr)
	}
}

func TestArenaCommands(t *testing.T) {
	arenatest.NeedGrowth(t)
	with(t, us.CONF_INITSIZE, 300_000)
	with(t, us.CONF_INITUSERS, 17)
	with(t, us.CONF_CHMOD, 0o640)
	a := mustInit(t, arenatest.Name(t))
	mode := func() fs.FileMode {
		fi, err := os.Stat(arenatest.Path(a.Name()))
		if err != nil {
			t.Fatal(err)
		}
		return fi.Mode()
	}
	if n, err := us.Config(us.CONF_GETSIZE, a); err != nil || n != 300_000 {
		t.Errorf("size %d, %v", n, err)
	}
	if n, err := us.Config(us.CONF_GETUSERS, a); err != nil || n != 17 {
		t.Errorf("users %d, %v", n, err)
	}
	if mode() != 0o640 {
		t.Errorf("mode %v", mode())
	}
	if _, err := us.Config(us.CONF_CHMOD, a, 0o666); err != nil || mode() != 0o666 {
		t.Errorf("mode %v, %v", mode(), err)
	}
	if _, err := us.Malloc(1<<20, a); err != nil { // it grows beyond CONF_INITSIZE
		t.Error(err)
	}
	if n, err := us.Config(us.CONF_GETSIZE, a); err != nil || n < 1<<20 {
		t.Errorf("size %d after growth, %v", n, err)
	}
	for _, cmd := range []us.Command{us.CONF_HISTON, us.CONF_HISTOFF, us.CONF_HISTRESET} {
		if _, err := us.Config(cmd, a); err != nil {
			t.Errorf("command %d: %v", cmd, err)
		}
	}
	if _, err := us.Config(us.CONF_HISTSIZE, a, 100); err != nil {
		t.Error(err)
	}
	for what, f := range map[string]func() (int64, error){
		"history is off":  func() (int64, error) { return us.Config(us.CONF_HISTFETCH, a, nil) },
		"no arena":        func() (int64, error) { return us.Config(us.CONF_GETSIZE, 5) },
		"nil arena":       func() (int64, error) { return us.Config(us.CONF_GETUSERS, (*arena.Arena)(nil)) },
		"nothing":         func() (int64, error) { return us.Config(us.CONF_GETSIZE) },
		"mode too large":  func() (int64, error) { return us.Config(us.CONF_CHMOD, a, 0o7777) },
		"mode is no mode": func() (int64, error) { return us.Config(us.CONF_CHMOD, a, "rw") },
	} {
		if _, err := f(); !errors.Is(err, syscall.EINVAL) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestNoAutoGrow(t *testing.T) {
	with(t, us.CONF_AUTOGROW, 0)
	with(t, us.CONF_INITSIZE, 100_000)
	a := mustInit(t, arenatest.Name(t))
	_, err := us.Malloc(100_000, a)
	if !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("beyond CONF_INITSIZE: %v", err)
	}
}

// Whatever IRIX takes for users and size makes an arena, with room for data.
func TestInitSizes(t *testing.T) {
	for _, grow := range []int{0, 1} {
		with(t, us.CONF_AUTOGROW, grow)
		for _, size := range []int{4096, 5000, 65536} {
			with(t, us.CONF_INITSIZE, size)
			for _, users := range []int{1, 8, 140, 1000, 10000} {
				with(t, us.CONF_INITUSERS, users)
				a := mustInit(t, arenatest.Name(t))
				if n := need(us.Config(us.CONF_GETUSERS, a))(t); n != int64(users) {
					t.Errorf("%d users, not %d", n, users)
				}
				if n := need(us.Config(us.CONF_GETSIZE, a))(t); n < int64(size) {
					t.Errorf("%d bytes, not %d", n, size)
				}
				if _, err := us.Malloc(100, a); err != nil {
					t.Errorf("%d users, %d bytes, grow %d: %v", users, size, grow, err)
				}
				done(t, us.Detach(a))
			}
		}
	}
}

func TestSameFileSameHandle(t *testing.T) {
	name := arenatest.Name(t)
	a := mustInit(t, name)
	link := arenatest.Name(t)
	if err := os.Link(arenatest.Path(name), arenatest.Path(link)); err != nil {
		t.Fatal(err)
	}
	for _, n := range []string{name, link} {
		if b, err := us.Init(n); err != nil || b != a {
			t.Errorf("%s: another handle, %v", n, err)
		}
	}
	if n := len(a.Users()); n != 1 {
		t.Errorf("users %+v", a.Users())
	}
	// A recycled name is another arena: the one thing that IRIX got wrong.
	os.Remove(arenatest.Path(link))
	if err := a.Unlink(); err != nil {
		t.Fatal(err)
	}
	c := mustInit(t, name)
	if c == a || us.GetInfo(c) != 0 {
		t.Error("the old arena under a recycled name")
	}
	if err := us.Detach(a); err != nil {
		t.Fatal(err)
	}
	if _, err := us.Malloc(1, a); !errors.Is(err, arena.ErrClosed) {
		t.Errorf("malloc after detach: %v", err)
	}
	if err := us.Add(a); !errors.Is(err, arena.ErrClosed) {
		t.Errorf("add after detach: %v", err)
	}
	if err := us.Add(c); err != nil {
		t.Error(err)
	}
	if b, err := us.Init(name); err != nil || b != c {
		t.Errorf("%v, %v", b, err)
	}
	c.Close() // behind us's back
	if b := mustInit(t, name); b == c {
		t.Error("a closed handle")
	}
	if z, y := mustInit(t, "/dev/zero"), mustInit(t, "/dev/zero"); z == y {
		t.Error("/dev/zero is the same arena twice")
	}
}

// The contents go with the last user.
func TestIdleStartsAfresh(t *testing.T) {
	name := arenatest.Name(t)
	a := mustInit(t, name)
	p, err := us.Malloc(10, a)
	if err != nil {
		t.Fatal(err)
	}
	us.PutInfo(a, p)
	other, err := arena.Join(name) // another user keeps it
	if err != nil {
		t.Fatal(err)
	}
	us.Detach(a)
	if b := mustInit(t, name); us.GetInfo(b) != p {
		t.Error("wiped under a user")
	} else {
		us.Detach(b)
	}
	other.Close()
	c := mustInit(t, name)
	if us.GetInfo(c) != 0 {
		t.Error("the contents survived the last user")
	}
}

func TestInitOverwrites(t *testing.T) {
	arenatest.NeedFile(t)
	name := arenatest.Name(t)
	for _, junk := range []string{"", "dear sir", strings.Repeat("\x00\x01", 40_000)} {
		if err := arenatest.WriteFile(name, []byte(junk), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := arena.Init(name, nil); !errors.Is(err, arena.ErrNotArena) {
			t.Errorf("arena.Init: %v", err)
		}
		a := mustInit(t, name)
		if _, err := us.Malloc(100, a); err != nil {
			t.Error(err)
		}
		us.Detach(a)
	}
	f := need(os.Open(arenatest.Path(name)))(t)
	defer f.Close()
	b := make([]byte, 8192) // the file is sparse and large
	need(io.ReadFull(f, b))(t)
	b[0x30]++ // damage is no reason to overwrite
	if err := arenatest.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := us.Init(name); !errors.Is(err, arena.ErrCorrupt) {
		t.Errorf("a damaged arena: %v", err)
	}
}

func TestMemory(t *testing.T) {
	a := mustInit(t, arenatest.Name(t))
	for _, n := range []uint64{100, 200, 5000} { // what was freed is not zero
		p, err := us.Malloc(n, a)
		if err != nil {
			t.Fatal(err)
		}
		b := a.Bytes(p, n)
		for i := range b {
			b[i] = 0xff
		}
		if err := us.Free(p, a); err != nil {
			t.Fatal(err)
		}
	}
	zero := func(p arena.Offset, n uint64) {
		t.Helper()
		for i, b := range a.Bytes(p, n) {
			if b != 0 {
				t.Fatalf("byte %d is %d", i, b)
			}
		}
	}
	p, err := us.Calloc(10, 10, a)
	if err != nil {
		t.Fatal(err)
	}
	zero(p, 100)
	for _, n := range []uint64{200, 5000} {
		if p, err = us.Recalloc(p, n/10, 10, a); err != nil {
			t.Fatal(err)
		}
		zero(p, n)
		if size, err := us.MallocBlkSize(p, a); err != nil || size < n {
			t.Errorf("%d bytes of %d, %v", size, n, err)
		}
	}
	q, err := us.Memalign(4096, 100, a)
	if err != nil || q%4096 != 0 {
		t.Errorf("%#x, %v", q, err)
	}
	if q, err = us.Realloc(q, 5000, a); err != nil {
		t.Error(err)
	}
	if n, err := us.MallocBlkSize(q, a); err != nil || n < 5000 {
		t.Errorf("%d, %v", n, err)
	}
	if m := us.Mallinfo(a); m.Usmblks+m.Uordblks < 5200 {
		t.Errorf("%+v", m)
	}
	if err := us.Mallopt(us.M_CLRONFREE, 0x55, a); err != nil {
		t.Error(err)
	}
	if err := us.Mallopt(99, 0, a); !errors.Is(err, syscall.EINVAL) {
		t.Errorf("option 99: %v", err)
	}
	if r, err := us.Realloc(q, 0, a); r != 0 || err != nil {
		t.Errorf("realloc to nothing: %#x, %v", r, err)
	}
	if err := errors.Join(us.Free(p, a), us.Free(0, a)); err != nil {
		t.Error(err)
	}
	if err := us.Free(p, a); !errors.Is(err, arena.ErrDoubleFree) {
		t.Errorf("free twice: %v", err)
	}
}

func TestCas(t *testing.T) {
	a := mustInit(t, arenatest.Name(t))
	p, err := us.Calloc(2, 8, a)
	if err != nil {
		t.Fatal(err)
	}
	if us.Cas(p, 1, 2, a) || !us.Cas(p, 0, 1<<40, a) || !us.Cas(p, 1<<40, 7, a) {
		t.Error("Cas")
	}
	if us.Cas32(p+4, 1, 2, a) || !us.Cas32(p+4, 0, 3, a) {
		t.Error("Cas32")
	}
	if us.CasInfo(a, 1, p) || !us.CasInfo(a, 0, p) || us.GetInfo(a) != p {
		t.Error("CasInfo")
	}
	for what, f := range map[string]func(){
		"odd":       func() { us.Cas(p+4, 0, 1, a) },
		"odd 32":    func() { us.Cas32(p+2, 0, 1, a) },
		"outside":   func() { us.Cas(8, 0, 1, a) },
		"far":       func() { us.Cas32(1<<60, 0, 1, a) },
		"the upper": func() { us.Cas(^uint64(7), 0, 1, a) },
	} {
		func() {
			defer func() {
				if err, _ := recover().(error); !errors.Is(err, arena.ErrInvalid) {
					t.Errorf("%s: %v", what, err)
				}
			}()
			f()
		}()
	}
}

// What a program of 1993 does, in its order: first datum, race for it, detach.
func Example() {
	name := fmt.Sprintf("/dev/shm/usarena-doc-us-%d", os.Getpid())
	defer os.Remove(arenatest.Path(name))
	us.Config(us.CONF_INITUSERS, 40)
	defer us.Config(us.CONF_INITUSERS, 8)
	a, err := us.Init(name)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer us.Detach(a)
	if us.GetInfo(a) == 0 {
		p, err := us.Calloc(1, 64, a)
		if err != nil {
			fmt.Println(err)
			return
		}
		if !us.CasInfo(a, 0, p) {
			us.Free(p, a) // somebody else was first
		}
	}
	users, _ := us.Config(us.CONF_GETUSERS, a)
	size, _ := us.MallocBlkSize(us.GetInfo(a), a)
	fmt.Println(users, size)
	// Output:
	// 40 64
}

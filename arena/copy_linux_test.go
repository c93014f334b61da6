package arena_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/config"
	"usarena/info"
	"usarena/internal/scratch"
)

var copyMiB = flag.Uint64("arena.copy", 16, "MiB of the arena that is copied while it is used")

func init() {
	// load counts up in the first and then the last word of a block that the root leads
	// to, and allocates, writes and frees besides, until it is killed.
	arenatest.Register("load", func(args []string) error {
		a, err := arena.Join(args[0])
		if err != nil {
			return err
		}
		seed, _ := strconv.ParseUint(args[1], 10, 64)
		r := rand.New(rand.NewPCG(seed, 1))
		fmt.Println("ready")
		at := a.GetInfo()
		if len(args) > 3 {
			at, _ = strconv.ParseUint(args[3], 10, 64)
		}
		far, err := a.BlockSize(at)
		if err != nil {
			return err
		}
		b := a.Bytes(at, far)
		first, last := wordAt(b, 0), wordAt(b, far-8)
		var held []arena.Offset
		for i := uint64(1); ; i++ {
			if args[2] == "counts" {
				first.Store(i)
				last.Store(i)
				a.PutInfo(i << 32) // the header is of the same instant
			}
			if n := len(held); n > 200 || n > 0 && r.IntN(2) == 0 {
				k := r.IntN(n)
				if err := a.Free(held[k]); err != nil {
					return err
				}
				held[k] = held[n-1]
				held = held[:n-1]
			} else {
				size := 16 + r.Uint64N(4000)
				p, err := a.Malloc(size)
				if err != nil {
					return err
				}
				mem := a.Bytes(p, size)
				for j := range mem {
					mem[j] = byte(p >> 4)
				}
				held = append(held, p)
			}
		}
	})
}

func TestCopyIdle(t *testing.T) {
	a := arenatest.New(t, &config.Config{Size: 1 << 20, MaxSize: 4 << 20, Mode: 0o640})
	p := mustMalloc(t, a, 5000)
	copy(a.Bytes(p, 5000), bytes.Repeat([]byte("content "), 700))
	a.PutInfo(p)
	name := a.Name()
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	sysv := scratch.SysVName()
	shm := "shm:/" + filepath.Base(scratch.Prefix("copytest")) + "1"
	file := filepath.Join(t.TempDir(), "copy")
	for _, to := range []string{sysv, shm, file} {
		t.Cleanup(func() { scratch.Unlink(to) })
		got, err := arena.Copy(t0, name, to, arena.CopyOptions{})
		if err != nil {
			t.Fatalf("%s to %s: %v", name, to, err)
		}
		if got.Users != 0 || got.After != 0 || got.Before == 0 || got.Before > got.Size {
			t.Errorf("%+v", got)
		}
		if _, err := arena.Copy(t0, name, to, arena.CopyOptions{}); !errors.Is(err, fs.ErrExist) {
			t.Errorf("once more to %s: %v", to, err)
		}
		if st, err := os.Stat(scratch.Path(to)); err != nil || st.Mode().Perm() != 0o640 {
			t.Errorf("%v, %v", st, err)
		}
		b := mustJoin(t, to)
		if got := b.Bytes(b.GetInfo(), 5000); !bytes.HasPrefix(got, []byte("content content ")) {
			t.Errorf("%s: %q", to, got[:20])
		}
		wantClean(t, b)
		if err := b.Free(b.GetInfo()); err != nil {
			t.Error(err)
		}
		if _, err := b.Malloc(100_000); err != nil {
			t.Error(err)
		}
		if err := b.Close(); err != nil {
			t.Error(err)
		}
		name = to // the next is a copy of this one
		c := mustJoin(t, name)
		c.PutInfo(mustMalloc(t, c, 5000))
		copy(c.Bytes(c.GetInfo(), 5000), bytes.Repeat([]byte("content "), 700))
		c.Close()
	}
	if _, err := arena.Copy(t0, file+"none", file+"x", arena.CopyOptions{}); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t0)
	cancel()
	if _, err := arena.Copy(ctx, file, file+"x", arena.CopyOptions{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := os.Stat(file + "x"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a copy that failed left %v", err)
	}
}

// Processes at work are stopped, and the copy is as of one instant: of two words that
// one of them counts up one after the other, far apart, the first is never behind and
// at most one ahead.
func TestCopyLive(t *testing.T) {
	size := config.Size(*copyMiB) << 20
	a := arenatest.New(t, &config.Config{Size: size + size/16 + 8<<20, MaxSize: size*2 + 64<<20, Users: 16})
	p := mustMalloc(t, a, uint64(size))
	rand.NewChaCha8([32]byte{1}).Read(a.Bytes(p, uint64(size)))
	b := a.Bytes(p, uint64(size))
	wordAt(b, 0).Store(0)
	wordAt(b, uint64(size)-8).Store(0)
	a.PutInfo(p)
	name := a.Name()
	to := filepath.Join(filepath.Dir(scratch.Prefix("x")), fmt.Sprintf("usarena-copytest-%d", os.Getpid()))
	t.Cleanup(func() { os.Remove(to) })
	if _, err := arena.Copy(t0, name, to, arena.CopyOptions{Stop: true}); !errors.Is(err, arena.ErrBusy) {
		t.Errorf("of an arena that this process uses: %v", err)
	}
	if _, err := os.Stat(to); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("it left %v", err)
	}
	for _, to := range []string{"memfd:", "/dev/zero", "sysv:private"} {
		_, err := arena.Copy(t0, name, to, arena.CopyOptions{})
		wantError(t, "copy to "+to, err, arena.ErrInvalid)
	}
	var all []*child
	for i, what := range []string{"counts", "allocates", "allocates"} {
		c := start(t, "load", name, strconv.Itoa(i), what, strconv.FormatUint(p, 10))
		c.line(t)
		all = append(all, c)
	}
	keep := a.Name()
	if arenatest.Backing() == "memfd" { // its name is a descriptor of this process, which stays
		keep = name
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	for round := range 5 {
		before := wordOf(t, keep, p)
		got, err := arena.Copy(t0, keep, to, arena.CopyOptions{Stop: round%2 == 1})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%+v: %.3f s a GiB", got, got.Stopped.Seconds()/(float64(got.Size)/(1<<30)))
		if got.Users != 3 || got.Before < uint64(size)/2 {
			t.Errorf("round %d: %+v", round, got)
		}
		if r, err := info.Check(to); err != nil || !r.Clean {
			t.Fatalf("%+v, %v", r.Findings, err)
		}
		c := mustJoin(t, to)
		b := c.Bytes(p, uint64(size))
		if root := c.GetInfo() >> 32; wordAt(b, uint64(size)-8).Load()-root > 1 {
			t.Errorf("round %d: the first datum is %d, the counters are at %d", round, root, wordAt(b, 0).Load())
		}
		first, last := wordAt(b, 0).Load(), wordAt(b, uint64(size)-8).Load()
		if first-last > 1 || first < before {
			t.Errorf("round %d: counted to %d at the beginning and %d at the end, %d before", round, first, last, before)
		}
		n := 0
		for _, o := range c.Orphans() {
			n++
			if err := c.Free(o); err != nil {
				t.Error(err)
			}
		}
		if n == 0 {
			t.Error("no orphans of users who hold some hundred blocks")
		}
		wantClean(t, c)
		if err := errors.Join(c.Close(), arena.Remove(to)); err != nil {
			t.Error(err)
		}
		now := wordOf(t, keep, p)
		for end := time.Now().Add(20 * time.Second); wordOf(t, keep, p) == now; time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal("they do not go on")
			}
		}
	}
	for _, c := range all {
		c.kill(t)
	}
}

// Who was stopped before stays so.
func TestCopyOfStopped(t *testing.T) {
	a := arenatest.New(t, &config.Config{Size: 1 << 20, MaxSize: 4 << 20})
	p := mustMalloc(t, a, 100)
	a.PutInfo(p)
	c := start(t, "load", a.Name(), "1", "counts")
	c.line(t)
	name := a.Name()
	a.Close()
	if err := unix.Kill(c.Process.Pid, unix.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	stands := func() bool {
		now := wordOf(t, name, p)
		time.Sleep(50 * time.Millisecond)
		return wordOf(t, name, p) == now
	}
	for !stands() {
	}
	to := filepath.Join(t.TempDir(), "copy")
	if _, err := arena.Copy(t0, name, to, arena.CopyOptions{Stop: true}); err != nil {
		t.Fatal(err)
	}
	if !stands() {
		t.Error("it was stopped before, and runs now")
	}
	unix.Kill(c.Process.Pid, unix.SIGCONT)
	for end := time.Now().Add(20 * time.Second); stands(); {
		if time.Now().After(end) {
			t.Fatal("it does not go on")
		}
	}
	c.kill(t)
}

// Who may not trace needs leave to send signals.
func TestCopyBySignals(t *testing.T) {
	arenatest.NeedName(t)
	if os.Geteuid() != 0 {
		t.Skip("needs root, to start processes of another user")
	}
	dir, err := os.MkdirTemp("", fmt.Sprintf("usarena-copytest-%d-", os.Getpid()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := errors.Join(os.Chmod(dir, 0o755), os.Mkdir(dir+"/to", 0o755), os.Chown(dir+"/to", 65534, 65534)); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "to", "arena")
	asNobody := func(what string, args ...string) *child { return startAs(t, dir, 65534, 65534, what, args...) }
	user := asNobody("untraceable", name)
	p := user.line(t)
	off, _ := strconv.ParseUint(p[0], 10, 64)
	if got := asNobody("copies", name, name+".1", "false").line(t); got[0] != "busy" {
		t.Errorf("without leave: %v", got)
	}
	if got := asNobody("copies", name, name+".2", "true").line(t); got[0] != "1" {
		t.Errorf("with leave: %v", got)
	}
	if r, err := info.Check(name + ".2"); err != nil || !r.Clean {
		t.Errorf("%+v, %v", r, err)
	}
	now := wordOf(t, name, off)
	for end := time.Now().Add(20 * time.Second); wordOf(t, name, off) == now; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it does not go on")
		}
	}
}

// Who copies is killed at any moment, also while users stand: they go on, and there is a
// whole copy or none.
func TestCopierKilled(t *testing.T) {
	arenatest.NeedName(t)
	a := arenatest.New(t, &config.Config{Size: 24 << 20, MaxSize: 64 << 20})
	p := mustMalloc(t, a, 16<<20)
	a.PutInfo(p)
	name := a.Name()
	a.Close()
	user := start(t, "load", name, "1", "counts")
	user.line(t)
	dir := t.TempDir()
	stood := 0
	for i := range 30 {
		to := filepath.Join(dir, strconv.Itoa(i))
		c := start(t, "copies", name, to, "false", "again")
		c.line(t)
		time.Sleep(time.Duration(rand.IntN(40_000)) * time.Microsecond)
		if b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", user.Process.Pid)); err == nil && bytes.Contains(b, []byte(") t ")) {
			stood++
		}
		c.kill(t)
		now := wordOf(t, name, p)
		for end := time.Now().Add(20 * time.Second); wordOf(t, name, p) == now; time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal("the user does not go on")
			}
		}
		if r, err := info.Check(to); err == nil && !r.Clean {
			t.Errorf("%+v", r)
		}
	}
	t.Logf("the user stood %d times when its copier was killed", stood)
	user.kill(t)
	left, _ := filepath.Glob(dir + "/.*")
	for _, l := range left {
		t.Errorf("left over: %s", l)
	}
}

func init() {
	arenatest.Register("untraceable", func(args []string) error {
		if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
			return err
		}
		a, err := arena.Create(args[0], &config.Config{Mode: 0o666})
		if err != nil {
			return err
		}
		p, err := a.Malloc(8)
		if err != nil {
			return err
		}
		fmt.Println(p)
		for w := wordAt(a.Bytes(p, 8), 0); ; {
			w.Add(1)
		}
	})
	arenatest.Register("copies", func(args []string) error {
		for len(args) > 3 { // until it is killed
			if _, err := arena.Copy(t0, args[0], args[1], arena.CopyOptions{}); err != nil {
				return err
			}
			if err := arena.Remove(args[1]); err != nil {
				return err
			}
			fmt.Println("once")
		}
		got, err := arena.Copy(t0, args[0], args[1], arena.CopyOptions{Stop: args[2] == "true"})
		switch {
		case errors.Is(err, arena.ErrBusy):
			fmt.Println("busy", err)
		case err != nil:
			fmt.Println(err)
		default:
			fmt.Println(got.Users)
		}
		return nil
	})
}

func wordAt(b []byte, at uint64) *atomic.Uint64 { return (*atomic.Uint64)(unsafe.Pointer(&b[at])) }

// wordOf is the first word of a block, from outside.
func wordOf(t *testing.T, name string, p arena.Offset) uint64 {
	t.Helper()
	a, err := arena.OpenReadOnly(name)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	return binary.NativeEndian.Uint64(a.Bytes(p, 8))
}

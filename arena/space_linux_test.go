package arena_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/config"
)

// tinyDisk is a tmpfs of so many bytes.
func tinyDisk(t *testing.T, size int) string {
	t.Helper()
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size="+strconv.Itoa(size)); err != nil {
		t.Skipf("needs the right to mount: %v", err)
	}
	t.Cleanup(func() { unix.Unmount(dir, unix.MNT_DETACH) })
	return dir
}

func TestFullDisk(t *testing.T) {
	dir := tinyDisk(t, 1<<20)
	name := filepath.Join(dir, "arena")
	_, err := arena.Init(name, &config.Config{Size: 8 << 20})
	wantError(t, "creation", err, arena.ErrNoSpace)
	wantError(t, "creation", err, syscall.ENOSPC)
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}

	a, err := arena.Init(name, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	var blocks []arena.Offset
	for {
		p, err := a.Malloc(10_000)
		if err != nil {
			wantError(t, "growth", err, arena.ErrNoSpace)
			wantError(t, "growth", err, syscall.ENOSPC)
			break
		}
		clear(a.Bytes(p, 10_000)) // a page that was handed out can be written
		blocks = append(blocks, p)
	}
	if len(blocks) < 50 {
		t.Errorf("only %d blocks on 1 MiB", len(blocks))
	}
	wantClean(t, a)
	for _, p := range blocks {
		if err := a.Free(p); err != nil {
			t.Error(err)
		}
	}
	if _, err := a.Malloc(200_000); err != nil {
		t.Errorf("after everything was freed: %v", err)
	}
	wantClean(t, a)
}

func init() {
	// narrow joins args[0] with little address space, and says what it sees.
	arenatest.Register("narrow", func(args []string) error {
		var size, rss uint64
		statm, err := os.ReadFile("/proc/self/statm")
		if err != nil {
			return err
		}
		fmt.Sscan(string(statm), &size, &rss)
		limit := size*uint64(os.Getpagesize()) + 600<<20
		if err := syscall.Setrlimit(unix.RLIMIT_AS, rlimit(limit)); err != nil {
			return err
		}
		a, err := arena.Join(args[0])
		if err != nil {
			return err
		}
		p, err := a.Malloc(100)
		if err != nil {
			return err
		}
		fmt.Println("window", a.Self().Window<<12, p)
		in := make([]byte, 32)
		n, err := os.Stdin.Read(in)
		if err != nil {
			return err
		}
		far, err := strconv.ParseUint(string(bytes.TrimSpace(in[:n])), 10, 64)
		if err != nil {
			return err
		}
		fmt.Println("bytes", caught(func() { a.Bytes(far, 1) }))
		_, err = arena.At[byte](a, far)
		fmt.Println("at", errors.Is(err, arena.ErrOutsideWindow))
		fmt.Println("free", errors.Is(a.Free(far), arena.ErrOutsideWindow))
		_, err = a.Recover(t0)
		fmt.Println("recover", errors.Is(err, arena.ErrOutsideWindow))
		q, err := a.Malloc(100)
		fmt.Println("malloc", err == nil && a.Bytes(q, 100) != nil)
		io.Copy(io.Discard, os.Stdin)
		return a.Close()
	})
}

func caught(f func()) (outside bool) {
	defer func() {
		err, _ := recover().(error)
		outside = errors.Is(err, arena.ErrOutsideWindow)
	}()
	f()
	return false
}

// A process with little address space sees a part, and is told so beyond it.
func TestLimitedAddressSpace(t *testing.T) {
	arenatest.NeedGrowth(t)
	a := arenatest.New(t, &config.Config{NoReserve: true}) // nothing is touched: memory costs nothing
	c := start(t, "narrow", a.Name())
	words := c.line(t)
	window, err := strconv.ParseUint(words[1], 10, 64)
	if err != nil || window < 1<<20 || window > 600<<20 {
		t.Fatalf("window %v", words)
	}
	if strconv.IntSize == 32 && a.Self().Window<<12 <= window {
		t.Skip("this process sees no more than its child")
	}
	far := mustMalloc(t, a, window)
	fmt.Fprintln(c.in, far+window-1)
	// The last byte of the block is beyond the window; the block's start need not be.
	if got := c.line(t); got[1] != "true" {
		t.Errorf("%v", got)
	}
	for range 4 {
		got := c.line(t)
		if want := "true"; got[1] != want {
			t.Errorf("%v", got)
		}
	}
	c.finish(t)
	wantClean(t, a)
}

// A narrow user does not recover anybody, not even by taking a slot.
func TestNarrowUserLeavesTheDead(t *testing.T) {
	arenatest.NeedGrowth(t)
	a := arenatest.New(t, &config.Config{NoReserve: true})
	narrow := start(t, "narrow", a.Name())
	window, err := strconv.ParseUint(narrow.line(t)[1], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	if strconv.IntSize == 32 && a.Self().Window<<12 <= window {
		t.Skip("this process sees no more than its child")
	}
	dead := start(t, "hold", a.Name())
	dead.line(t)
	dead.kill(t)
	waitDead(t, a, 1)
	far := mustMalloc(t, a, window)
	fmt.Fprintln(narrow.in, far+window-1)
	for range 5 {
		narrow.line(t)
	}
	waitDead(t, a, 1)
	narrow.finish(t)
}

func TestSmallArenas(t *testing.T) {
	for _, c := range []config.Config{
		{Size: 64 << 10, NoAutoGrow: true}, {Size: 16 << 10, NoAutoGrow: true, Users: 1}, {Size: 64 << 10, MaxSize: 128 << 10, Users: 64}, {Users: 1000, Size: 1 << 20},
	} {
		a := arenatest.New(t, &c)
		var all []arena.Offset
		for i := uint64(0); ; i++ {
			n := 16 + i*i%700
			p, err := a.Malloc(n)
			if err != nil {
				wantError(t, "malloc", err, arena.ErrNoSpace)
				break
			}
			b := a.Bytes(p, n)
			for k := range b {
				b[k] = byte(i)
			}
			if all = append(all, p); len(all) > 10_000 {
				break
			}
		}
		for i, p := range all {
			if got := a.Bytes(p, 16); strings.Trim(string(got), string([]byte{byte(i)})) != "" {
				t.Fatalf("block %d holds %v", i, got)
			}
			if err := a.Free(p); err != nil {
				t.Fatal(err)
			}
		}
		if len(all) < 5 {
			t.Errorf("%+v: %d blocks", c, len(all))
		}
		if n := a.Stats().LiveBytes; n != 0 {
			t.Errorf("%d bytes live", n)
		}
	}
}

// One process attaches to many arenas at the default size, and has address space
// left for itself: 32 bits are not spent on the first of them.
func TestManyArenas(t *testing.T) {
	for range 24 {
		a := arenatest.New(t)
		a.Bytes(mustMalloc(t, a, 100_000), 100_000)[99_999] = 1
	}
	private := make([][]byte, 16)
	for i := range private {
		private[i] = make([]byte, 8<<20)
		private[i][0] = 1
	}
}

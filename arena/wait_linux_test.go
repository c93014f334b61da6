package arena_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/config"
	"usarena/internal/layout"
)

// somebodyAlone write-locks the use byte, as Remove does, and stays there.
func somebodyAlone(t *testing.T, name string) (release func()) {
	t.Helper()
	f, err := os.OpenFile(arenatest.Path(name), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	use := layout.UseByte
	lk := unix.Flock_t{Type: unix.F_WRLCK, Start: int64(use), Len: 1}
	if err := unix.FcntlFlock(f.Fd(), unix.F_OFD_SETLK, &lk); err != nil {
		t.Fatal(err)
	}
	return func() { f.Close() }
}

// Who joins waits for a removal to end, one way or the other, or for his context.
func TestJoinDuringRemoval(t *testing.T) {
	name := arenatest.Name(t)
	mustCreate(t, name, nil).Close()
	release := somebodyAlone(t, name)
	ctx, cancel := context.WithTimeout(t0, 20*time.Millisecond)
	defer cancel()
	_, err := arena.InitContext(ctx, name, nil)
	wantError(t, "Init with a context", err, context.DeadlineExceeded)

	joined := make(chan error)
	go func() {
		a, err := arena.Init(name, nil)
		if err == nil {
			err = a.Close()
		}
		joined <- err
	}()
	time.Sleep(5 * time.Millisecond)
	release()
	if err := <-joined; err != nil {
		t.Error(err)
	}

	// Removed in the end: Join fails, Init makes a new one.
	old := mustJoin(t, name)
	_, ino := old.ID()
	old.Close()
	release = somebodyAlone(t, name)
	go func() { _, err := arena.Join(name); joined <- err }()
	time.Sleep(5 * time.Millisecond)
	arenatest.Unlink(name)
	release()
	if err := <-joined; !errors.Is(err, os.ErrNotExist) {
		t.Errorf("join of what was removed: %v", err)
	}
	a, err := arena.Init(name, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if _, i := a.ID(); i == ino {
		t.Log("the file system has used the inode again")
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t0)
	cancel()
	name := arenatest.Name(t)
	_, err := arena.InitContext(ctx, name, nil)
	wantError(t, "Init", err, context.Canceled)
	if _, err := os.Stat(arenatest.Path(name)); err == nil {
		t.Error("a cancelled Init has made a file")
	}
	a := arenatest.New(t, &config.Config{Users: 1})
	_, err = a.Recover(ctx)
	wantError(t, "Recover", err, context.Canceled)
	short, cancel := context.WithTimeout(t0, time.Millisecond)
	defer cancel()
	_, err = arena.InitContext(short, a.Name(), nil) // the table is full
	if !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, arena.ErrTooManyUsers) {
		t.Errorf("Init of a full arena: %v", err)
	}
}

// Nobody can make a memfd arena shorter.
func TestMemfdIsSealed(t *testing.T) {
	a, err := arena.Init("memfd:", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	cmd := exec.Command("true")
	if err := a.Command(cmd); err != nil {
		t.Fatal(err)
	}
	f := cmd.ExtraFiles[0]
	defer f.Close()
	if err := f.Truncate(4096); !errors.Is(err, syscall.EPERM) {
		t.Errorf("truncate: %v", err)
	}
	if _, err := a.Malloc(1 << 20); err != nil { // longer is fine
		t.Error(err)
	}
}

// An attachment takes few descriptors and gives all of them back, also when it
// fails.
func TestDescriptors(t *testing.T) {
	open := func() int {
		all, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Fatal(err)
		}
		return len(all)
	}
	full := arenatest.New(t, &config.Config{Users: 1})
	junk := arenatest.Name(t)
	if err := arenatest.WriteFile(junk, []byte("junk"), 0o600); err != nil {
		t.Fatal(err)
	}
	before := open()
	for range 10 {
		a, err := arena.Init(arenatest.Name(t), &config.Config{MaxSize: 1 << 20})
		if err != nil {
			t.Fatal(err)
		}
		r, err := arena.OpenReadOnly(a.Name())
		if err != nil {
			t.Fatal(err)
		}
		if n := open() - before; n > 6 {
			t.Errorf("%d descriptors for two attachments", n)
		}
		arena.Create(a.Name(), nil)
		arena.Join(junk)
		arena.Remove(a.Name())
		r.Close()
		if err := a.Close(); err != nil {
			t.Error(err)
		}
		if err := arena.Remove(a.Name()); err != nil {
			t.Error(err)
		}
	}
	arena.Join(full.Name())
	if n := open(); n != before {
		t.Errorf("%d descriptors, %d before", n, before)
	}
}

// What a user slot says about its user.
func TestUserRecord(t *testing.T) {
	a := arenatest.New(t)
	c := start(t, "hold", a.Name())
	c.line(t)
	defer c.finish(t)
	for end := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		all := a.Users()
		if len(all) != 2 {
			t.Fatalf("users %+v", all)
		}
		u := all[1]
		if u.Slot != 2 || u.Pid != c.Process.Pid || u.State != "live" || u.Window == 0 || u.Gen == 0 || time.Since(u.Since) < 0 {
			t.Fatalf("user %+v", u)
		}
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", u.Pid))
		if err != nil {
			t.Fatal(err)
		}
		if u.Start != 0 { // follows a little later than the rest
			if u.Start != arena.StartOf(stat) || u.Start < a.Self().Start {
				t.Errorf("start %d", u.Start)
			}
			return
		}
		if time.Now().After(end) {
			t.Fatal("the start of the process is never told")
		}
	}
}

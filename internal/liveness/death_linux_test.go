package liveness_test

import (
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestKilledAndZombie(t *testing.T) {
	places(t, func(t *testing.T, path string) {
		k := keeper(t, path)
		c := start(t, "holder", path, 4)
		if k.Dead(4) {
			t.Fatal("a live holder is dead")
		}
		if _, ok := k.Claim(4); ok {
			t.Fatal("a live holder was claimed")
		}
		c.signal(unix.SIGKILL)
		c.state('Z') // nobody has reaped it: by its pid it still seems to be there
		if err := unix.Kill(c.cmd.Process.Pid, 0); err != nil {
			t.Fatalf("no zombie: %v", err)
		}
		eventually(func() bool { return k.Dead(4) })
		release, ok := k.Claim(4)
		if !ok {
			t.Fatal("a dead user cannot be claimed")
		}
		release()
		c.reap()
		take(t, k, 4)
	})
}

func TestStoppedIsNotDead(t *testing.T) {
	places(t, func(t *testing.T, path string) {
		k := keeper(t, path)
		c := start(t, "holder", path, 4)
		c.signal(unix.SIGSTOP)
		c.state('T')
		for range 50 {
			if k.Dead(4) {
				t.Fatal("a stopped holder is dead")
			}
			time.Sleep(time.Millisecond)
		}
		c.signal(unix.SIGKILL)
		eventually(func() bool { return k.Dead(4) })
	})
}

// Record locks of the older kind vanish with any close of the file.
func TestCloseOfAnotherDescriptor(t *testing.T) {
	places(t, func(t *testing.T, path string) {
		k := keeper(t, path)
		c := start(t, "holder", path, 4)
		if got := c.tell("open and close"); got != "done" {
			t.Fatal(got)
		}
		if k.Dead(4) {
			t.Error("the lock went with another descriptor of the file")
		}
	})
}

func TestPinSurvivesCloseFrom(t *testing.T) {
	places(t, func(t *testing.T, path string) {
		k := keeper(t, path)
		// Without a pin the lock goes: the test can fail.
		bare := start(t, "holder", path, 5)
		if got := bare.tell("close all"); got != "done" {
			t.Fatal(got)
		}
		if !k.Dead(5) {
			t.Fatal("the lock outlived its descriptor without a pin")
		}
		c := start(t, "holder", path, 4)
		for _, order := range []string{"pin", "pin", "close all"} {
			if got := c.tell(order); got != "done" {
				t.Fatal(order, got)
			}
		}
		if k.Dead(4) {
			t.Error("the pin did not keep the lock")
		}
		c.signal(unix.SIGKILL)
		eventually(func() bool { return k.Dead(4) })
	})
}

// A pinned Keeper that is closed must not leave the lock to its mapping.
func TestClosePinned(t *testing.T) {
	places(t, func(t *testing.T, path string) {
		k := keeper(t, path)
		c := start(t, "holder", path, 4)
		for _, order := range []string{"pin", "share", "close"} {
			if got := c.tell(order); got != "done" {
				t.Fatal(order, got)
			}
		}
		if !k.Dead(4) {
			t.Error("byte still held after Close")
		}
		release, ok, err := k.UseAlone()
		if !ok || err != nil {
			t.Fatalf("use byte still held after Close: %v", err)
		}
		release()
	})
}

// Whoever repairs may die as well: the kernel gives its claim back.
func TestClaimantDies(t *testing.T) {
	places(t, func(t *testing.T, path string) {
		k := keeper(t, path)
		c := start(t, "claim", path, 4)
		if _, ok := k.Claim(4); ok {
			t.Fatal("two processes claimed one slot")
		}
		if k.Dead(4) {
			t.Fatal("a slot under repair is dead to others")
		}
		c.signal(unix.SIGKILL)
		eventually(func() bool {
			release, ok := k.Claim(4)
			if ok {
				release()
			}
			return ok
		})
	})
}

// Descriptors are close-on-exec: a child does not keep its parent alive.
func TestChildDoesNotInheritTheLock(t *testing.T) {
	places(t, func(t *testing.T, path string) {
		mine := keeper(t, path)
		take(t, mine, 6)
		start(t, "holder", path, 7) // lives on while mine is closed
		if err := mine.Close(); err != nil {
			t.Fatal(err)
		}
		if !keeper(t, path).Dead(6) {
			t.Error("a child holds its parent's lock")
		}
	})
}

func TestMemfd(t *testing.T) {
	fd, err := unix.MemfdCreate("usarena-test", unix.MFD_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	path := "/proc/" + itoa(os.Getpid()) + "/fd/" + itoa(fd)
	t.Cleanup(func() { unix.Close(fd) })
	if err := unix.Ftruncate(fd, 4096); err != nil {
		t.Fatal(err)
	}
	k := keeper(t, path)
	c := start(t, "holder", path, 4)
	if k.Dead(4) {
		t.Fatal("a live holder is dead")
	}
	c.signal(unix.SIGKILL)
	eventually(func() bool { return k.Dead(4) })
}

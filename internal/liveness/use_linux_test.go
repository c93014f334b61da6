package liveness_test

import (
	"strconv"
	"testing"

	"golang.org/x/sys/unix"

	"usarena/internal/liveness"
)

func itoa(n int) string { return strconv.Itoa(n) }

func share(t *testing.T, k *liveness.Keeper, want bool) {
	t.Helper()
	if ok, err := k.ShareUse(); ok != want || err != nil {
		t.Fatalf("ShareUse = %v, %v, want %v", ok, err, want)
	}
}

func alone(t *testing.T, k *liveness.Keeper, want bool) func() {
	t.Helper()
	release, ok, err := k.UseAlone()
	if ok != want || err != nil {
		t.Fatalf("UseAlone = %v, %v, want %v", ok, err, want)
	}
	return release
}

func TestUse(t *testing.T) {
	places(t, func(t *testing.T, path string) {
		a, b, c := keeper(t, path), keeper(t, path), keeper(t, path)
		share(t, a, true)
		share(t, a, true)
		share(t, b, true)
		alone(t, c, false)
		alone(t, a, false) // b uses it as well
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		alone(t, c, false) // a is still there
		release := alone(t, a, true)
		share(t, c, false)
		alone(t, a, false) // one goroutine at a time
		release()
		release()
		share(t, c, true) // a shares again, as before
		alone(t, c, false)
	})
}

// From alone to shared there is no instant at which another could be alone, and
// the release that is left over frees nothing.
func TestAloneThenShare(t *testing.T) {
	places(t, func(t *testing.T, path string) {
		a, b := keeper(t, path), keeper(t, path)
		release := alone(t, a, true)
		share(t, a, true)
		release()
		alone(t, b, false)
		share(t, b, true)
	})
}

func TestOldReleaseFreesNothing(t *testing.T) {
	places(t, func(t *testing.T, path string) {
		a, b := keeper(t, path), keeper(t, path)
		old := alone(t, a, true)
		old()
		now := alone(t, a, true)
		old()
		share(t, b, false)
		now()
		share(t, b, true)
	})
}

func TestUserDies(t *testing.T) {
	places(t, func(t *testing.T, path string) {
		k := keeper(t, path)
		c := start(t, "holder", path, 1)
		if got := c.tell("share"); got != "done" {
			t.Fatal(got)
		}
		alone(t, k, false)
		c.signal(unix.SIGKILL)
		eventually(func() bool {
			release, ok, err := k.UseAlone()
			if err != nil {
				t.Fatal(err)
			}
			if ok {
				release()
			}
			return ok
		})
	})
}

// A reader asks and shares through descriptors that cannot write.
func TestReadOnly(t *testing.T) {
	places(t, func(t *testing.T, path string) {
		w := keeper(t, path)
		take(t, w, 1)
		var fds [2]int
		for i := range fds {
			fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
			if err != nil {
				t.Fatal(err)
			}
			fds[i] = fd
		}
		r, err := liveness.New(fds[0], fds[1])
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if r.Dead(1) || !r.Dead(2) {
			t.Errorf("Dead: %v %v", r.Dead(1), r.Dead(2))
		}
		if _, ok := r.Claim(2); ok {
			t.Error("claimed without write permission")
		}
		if _, err := r.Take(2); err == nil {
			t.Error("took a slot without write permission")
		}
		share(t, r, true)
		alone(t, w, false)
	})
}

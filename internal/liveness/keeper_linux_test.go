package liveness_test

import (
	"errors"
	"testing"

	"golang.org/x/sys/unix"

	"usarena/internal/errs"
	"usarena/internal/layout"
	"usarena/internal/liveness"
	"usarena/internal/robust"
)

var _ robust.Oracle = (*liveness.Keeper)(nil)

func TestOwnSlotIsNotDead(t *testing.T) {
	places(t, func(t *testing.T, path string) {
		k := keeper(t, path)
		take(t, k, 3)
		if k.Slot() != 3 || k.Dead(3) {
			t.Errorf("slot %d, dead %v", k.Slot(), k.Dead(3))
		}
		if _, ok := k.Claim(3); ok {
			t.Error("claimed its own slot")
		}
		// Without the shortcut for the own slot the answer comes from the kernel:
		// the probe must see the hold's lock.
		if free, err := liveness.AskProbe(k, 3); free || err != nil {
			t.Errorf("the probe says free=%v, %v", free, err)
		}
		if !k.Dead(2) || !k.Dead(4) {
			t.Error("a neighbour's byte is locked as well")
		}
	})
}

func TestTwoKeepersOfOneProcess(t *testing.T) {
	places(t, func(t *testing.T, path string) {
		a, b := keeper(t, path), keeper(t, path)
		take(t, a, 1)
		if ok, err := b.Take(1); ok || err != nil {
			t.Fatalf("slot taken twice: %v, %v", ok, err)
		}
		take(t, b, 2)
		if a.Dead(2) || b.Dead(1) {
			t.Error("a live user is dead")
		}
		if err := a.Release(); err != nil {
			t.Fatal(err)
		}
		if !b.Dead(1) || a.Slot() != 0 {
			t.Error("release did not give the byte back")
		}
		take(t, a, 5) // a Keeper may take another slot after it
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		if !a.Dead(2) {
			t.Error("close did not give the byte back")
		}
	})
}

func TestTakeRefuses(t *testing.T) {
	places(t, func(t *testing.T, path string) {
		k := keeper(t, path)
		for _, slot := range []int{-1, 0, layout.MaxUsers + 1} {
			if _, err := k.Take(slot); !errors.Is(err, errs.Invalid) {
				t.Errorf("Take(%d): %v", slot, err)
			}
			if k.Dead(slot) {
				t.Errorf("Dead(%d)", slot)
			}
			if _, ok := k.Claim(slot); ok {
				t.Errorf("Claim(%d)", slot)
			}
		}
		take(t, k, layout.MaxUsers)
		if _, err := k.Take(1); !errors.Is(err, errs.Invalid) {
			t.Errorf("second slot: %v", err)
		}
	})
}

func TestClosed(t *testing.T) {
	places(t, func(t *testing.T, path string) {
		k := keeper(t, path)
		for range 2 {
			if err := k.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if k.Dead(1) {
			t.Error("a closed Keeper says dead")
		}
		if _, ok := k.Claim(1); ok {
			t.Error("a closed Keeper claims")
		}
		_, err1 := k.Take(1)
		_, err2 := k.ShareUse()
		_, _, err3 := k.UseAlone()
		for _, err := range []error{err1, err2, err3, k.Pin()} {
			if !errors.Is(err, errs.Closed) {
				t.Errorf("after Close: %v", err)
			}
		}
		if err := k.Release(); err != nil {
			t.Error(err)
		}
	})
}

// Something may have a duplicate of the hold (a plain fork has). What is given
// back is given back all the same.
func TestCloseReleasesDuplicates(t *testing.T) {
	places(t, func(t *testing.T, path string) {
		k, hold, _, err := newKeeper(path)
		if err != nil {
			t.Fatal(err)
		}
		dup, err := unix.FcntlInt(uintptr(hold), unix.F_DUPFD_CLOEXEC, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer unix.Close(dup)
		take(t, k, 1)
		share(t, k, true)
		if err := k.Close(); err != nil {
			t.Fatal(err)
		}
		other := keeper(t, path)
		if !other.Dead(1) {
			t.Error("the slot's byte is still held")
		}
		alone(t, other, true)
	})
}

// A descriptor number that means another file by now must not make live users
// look dead: nothing is locked in that other file.
func TestLostDescriptorSaysNotDead(t *testing.T) {
	places(t, func(t *testing.T, path string) {
		live := keeper(t, path)
		take(t, live, 1)
		k, hold, probe, err := newKeeper(path)
		if err != nil {
			t.Fatal(err)
		}
		null, err := unix.Open("/dev/null", unix.O_RDWR|unix.O_CLOEXEC, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer unix.Close(null)
		for _, fd := range []int{hold, probe} {
			if err := unix.Dup3(null, fd, unix.O_CLOEXEC); err != nil {
				t.Fatal(err)
			}
		}
		if k.Dead(1) {
			t.Error("a live user is dead")
		}
		if _, ok := k.Claim(2); ok {
			t.Error("claimed through somebody else's descriptor")
		}
		if _, err := k.Take(2); !errors.Is(err, unix.EBADF) {
			t.Errorf("Take: %v", err)
		}
		if err := k.Close(); !errors.Is(err, unix.EBADF) {
			t.Errorf("Close: %v", err)
		}
		for _, fd := range []int{hold, probe} {
			if err := unix.Close(fd); err != nil {
				t.Errorf("Close closed a descriptor that was not its own: %v", err)
			}
		}
	})
}

func TestSelfTest(t *testing.T) {
	places(t, func(t *testing.T, path string) {
		if err := liveness.SelfTest(func() (int, error) { return open(path) }); err != nil {
			t.Fatal(err)
		}
		// One description twice is what a file system without locks looks like.
		one, err := open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer unix.Close(one)
		err = liveness.SelfTest(func() (int, error) { return unix.FcntlInt(uintptr(one), unix.F_DUPFD_CLOEXEC, 0) })
		if !errors.Is(err, errs.FileSystem) {
			t.Errorf("locks that do not conflict: %v", err)
		}
	})
}

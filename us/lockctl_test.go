package us_test

import (
	"errors"
	"os"
	"slices"
	gosync "sync"
	"syscall"
	"testing"

	"usarena/arena/arenatest"
	"usarena/sync"
	"usarena/us"
)

func TestCtlLock(t *testing.T) {
	for _, kind := range []int{us.US_DEBUG, us.US_DEBUGPLUS} {
		with(t, us.CONF_LOCKTYPE, kind)
		name := arenatest.Name(t)
		a := mustInit(t, name)
		l := need(us.NewLock(a))(t)
		var m us.LockMeter
		var d us.LockDebug
		look := func() (us.LockMeter, int) {
			t.Helper()
			done(t, us.CtlLock(l, us.CL_METERFETCH, &m), us.CtlLock(l, us.CL_DEBUGFETCH, &d))
			return m, d.OwnerPid
		}
		if m, pid := look(); m != (us.LockMeter{}) || pid != -1 {
			t.Errorf("new: %+v, owner %d", m, pid)
		}
		done(t, us.SetLock(l))
		if m, pid := look(); m != (us.LockMeter{Tries: 1, Hits: 1}) || pid != os.Getpid() {
			t.Errorf("set: %+v, owner %d", m, pid)
		}
		got(t, "try", false)(us.CSetLock(l, 20_000))
		if m, _ := look(); m != (us.LockMeter{Spins: 1, Tries: 2, Hits: 1}) {
			t.Errorf("tried: %+v", m)
		}
		done(t, us.UnsetLock(l), us.WSetLock(l, 100))
		if m, pid := look(); m != (us.LockMeter{Spins: 1, Tries: 3, Hits: 2}) || pid != os.Getpid() {
			t.Errorf("set with spins: %+v, owner %d", m, pid)
		}
		done(t, us.CtlLock(l, us.CL_METERRESET), us.CtlLock(l, us.CL_DEBUGRESET))
		if m, pid := look(); m != (us.LockMeter{Spins: -1, Tries: -1, Hits: -1}) || pid != -1 {
			t.Errorf("reset: %+v, owner %d, want -1 everywhere", m, pid)
		}
		done(t, us.UnsetLock(l))
		c := start(t, "holder", name, l.Offset())
		c.line(t)
		if m, pid := look(); m != (us.LockMeter{Spins: -1}) || pid != c.Process.Pid {
			t.Errorf("set elsewhere: %+v, owner %d, want %d", m, pid, c.Process.Pid)
		}
		c.finish(t)
		if _, pid := look(); pid != -1 {
			t.Errorf("unset elsewhere: owner %d", pid)
		}
		done(t, us.InitLock(l))
		if m, pid := look(); m != (us.LockMeter{}) || pid != -1 {
			t.Errorf("InitLock: %+v, owner %d", m, pid)
		}
		for what, err := range map[string]error{
			"command 0":         us.CtlLock(l, 0),
			"command 99":        us.CtlLock(l, 99, &m),
			"no pointer":        us.CtlLock(l, us.CL_METERFETCH),
			"two pointers":      us.CtlLock(l, us.CL_METERFETCH, &m, &m),
			"another pointer":   us.CtlLock(l, us.CL_METERFETCH, &d),
			"a struct":          us.CtlLock(l, us.CL_DEBUGFETCH, d),
			"nil":               us.CtlLock(l, us.CL_DEBUGFETCH, nil),
			"a nil pointer":     us.CtlLock(l, us.CL_DEBUGFETCH, (*us.LockDebug)(nil)),
			"reset with a word": us.CtlLock(l, us.CL_METERRESET, 0),
		} {
			wantError(t, what, err, syscall.EINVAL)
		}
	}
}

func TestCtlLockNeedsDebug(t *testing.T) {
	a := mustInit(t, arenatest.Name(t))
	l := need(us.NewLock(a))(t)
	m, d := us.LockMeter{Tries: 7}, us.LockDebug{OwnerPid: 7}
	for what, err := range map[string]error{
		"CL_METERFETCH": us.CtlLock(l, us.CL_METERFETCH, &m),
		"CL_METERRESET": us.CtlLock(l, us.CL_METERRESET),
		"CL_DEBUGFETCH": us.CtlLock(l, us.CL_DEBUGFETCH, &d),
		"CL_DEBUGRESET": us.CtlLock(l, us.CL_DEBUGRESET),
	} {
		wantError(t, what, err, syscall.EINVAL)
	}
	if m.Tries != 7 || d.OwnerPid != 7 {
		t.Errorf("a call that failed has written %+v, %+v", m, d)
	}
}

// What US_DEBUGPLUS prints on IRIX goes to the program's own function, and the
// calls succeed all the same.
func TestMisuse(t *testing.T) {
	with(t, us.CONF_LOCKTYPE, us.US_DEBUGPLUS)
	name := arenatest.Name(t)
	a := mustInit(t, name)
	l := need(us.NewLock(a))(t)
	var mu gosync.Mutex
	var told []error
	done(t, sync.OnMisuse(a, func(err error) {
		mu.Lock()
		told = append(told, err)
		mu.Unlock()
	}))
	heard := func(what string, want error) {
		t.Helper()
		mu.Lock()
		defer mu.Unlock()
		if want == nil && len(told) > 0 || want != nil && !slices.ContainsFunc(told, func(err error) bool { return errors.Is(err, want) }) {
			t.Errorf("%s: told of %v, want %v", what, told, want)
		}
		told = nil
	}
	done(t, us.SetLock(l), us.UnsetLock(l))
	heard("use", nil)
	done(t, us.UnsetLock(l))
	heard("unset of a free lock", sync.ErrNotLocked)
	c := start(t, "holder", name, l.Offset())
	c.line(t)
	done(t, us.UnsetLock(l))
	heard("unset of another's lock", sync.ErrNotOwner)
	done(t, us.SetLock(l))
	c.finish(t) // unsets our lock: told there
	heard("what another process does", nil)
	done(t, us.SetLock(l))
	got(t, "try", false)(us.CSetLock(l, 1))
	if mu.Lock(); len(told) != 1 {
		t.Errorf("set twice: told of %v", told)
	}
	mu.Unlock()
	done(t, sync.OnMisuse(a, nil), us.UnsetLock(l), us.UnsetLock(l))
}

package us_test

import (
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/us"
)

func history(t testing.TB, a *arena.Arena) us.HistPtr {
	t.Helper()
	var h us.HistPtr
	need(us.Config(us.CONF_HISTFETCH, a, &h))(t)
	return h
}

// wantOps compares the history with operations from the newest to the oldest.
func wantOps(t testing.TB, a *arena.Arena, want ...any) []us.Hist {
	t.Helper()
	h := history(t, a)
	same := len(h.Entries) == len(want)
	for i := 0; same && i < len(want); i++ {
		same = h.Entries[i].Op == want[i]
	}
	if !same {
		t.Fatalf("history %+v, want the operations %v", h.Entries, want)
	}
	return h.Entries
}

func TestHistory(t *testing.T) {
	arenatest.NeedGrowth(t)
	name := arenatest.Name(t)
	a := mustInit(t, name)
	before := need(us.NewSema(a, 1))(t)
	var h us.HistPtr
	_, err := us.Config(us.CONF_HISTFETCH, a, &h)
	wantError(t, "fetch while it is off", err, syscall.EINVAL)
	need(us.Config(us.CONF_HISTON, a))(t)
	done(t, us.PSema(before), us.VSema(before))
	wantOps(t, a) // it is older than the history

	s := need(us.NewSema(a, 1))(t)
	done(t, us.PSema(s))
	got(t, "CPSema", false)(us.CPSema(s))
	done(t, us.VSema(s))
	all := wantOps(t, a, us.HOP_VHIT, us.HOP_PMISS, us.HOP_PHIT)
	for i, e := range all {
		if e.Sema != s.Offset() || e.Pid != os.Getpid() || e.Time.IsZero() {
			t.Errorf("entry %d: %+v", i, e)
		}
		if f := runtime.FuncForPC(uintptr(e.PC)); f == nil || !strings.HasSuffix(f.Name(), "us_test.TestHistory") {
			t.Errorf("entry %d was written by %v", i, f)
		}
	}
	if all[0].Count != 1 || all[2].Count != 0 {
		t.Errorf("counts %d and %d after V and P", all[0].Count, all[2].Count)
	}

	// With waiters, and the other process's entries among ours.
	back := need(us.NewSema(a, 0))(t)
	done(t, us.CtlSema(back, us.CS_HISTOFF), us.PSema(s))
	need(us.Config(us.CONF_HISTRESET, a))(t)
	wantOps(t, a)
	c := start(t, "semauser", name, s.Offset(), back.Offset())
	c.line(t)
	c.tell(t, "go")
	until(t, "it waits", func() bool { return need(us.TestSema(s))(t) == -1 })
	done(t, us.VSema(s))
	within(t, "the other process", func() error { return us.PSema(back) })
	c.finish(t)
	all = wantOps(t, a, us.HOP_PWOKE, us.HOP_VWAKE, us.HOP_PSLEEP)
	if pid := c.Process.Pid; all[0].Pid != pid || all[2].Pid != pid || all[1].Woken != pid || all[1].Pid != os.Getpid() {
		t.Errorf("process %d waited: %+v", pid, all)
	}
	if all[2].Count >= 0 {
		t.Errorf("count %d with one that waits", all[2].Count)
	}

	// Off is for what is made from now on; each has its own switch.
	need(us.Config(us.CONF_HISTOFF, a))(t)
	need(us.Config(us.CONF_HISTRESET, a))(t)
	late := need(us.NewSema(a, 1))(t)
	done(t, us.PSema(late), us.VSema(s))
	wantOps(t, a, us.HOP_VHIT)
	done(t, us.CtlSema(before, us.CS_HISTON), us.PSema(before))
	wantOps(t, a, us.HOP_PHIT, us.HOP_VHIT)
}

// The oldest entries give way, and are counted.
func TestHistorySize(t *testing.T) {
	a := mustInit(t, arenatest.Name(t))
	need(us.Config(us.CONF_HISTSIZE, a, 7))(t)
	_, err := us.Config(us.CONF_HISTFETCH, a, new(us.HistPtr))
	wantError(t, "a size alone turns nothing on", err, syscall.EINVAL)
	need(us.Config(us.CONF_HISTON, a))(t)
	s := need(us.NewSema(a, 0))(t)
	for range 5 {
		done(t, us.VSema(s), us.PSema(s))
	}
	h := history(t, a)
	if len(h.Entries) != 7 || h.Errors != 3 {
		t.Errorf("%d entries, %d lost; want 7 and 3", len(h.Entries), h.Errors)
	}
	wantOps(t, a, us.HOP_PHIT, us.HOP_VHIT, us.HOP_PHIT, us.HOP_VHIT, us.HOP_PHIT, us.HOP_VHIT, us.HOP_PHIT)
	for what, args := range map[string][]any{
		"no pointer":       {a},
		"another pointer":  {a, new(int)},
		"a nil pointer":    {a, (*us.HistPtr)(nil)},
		"nothing":          {},
		"pointer too much": {a, &h, &h},
	} {
		_, err := us.Config(us.CONF_HISTFETCH, args...)
		wantError(t, what, err, syscall.EINVAL)
	}
	for what, args := range map[string][]any{"below 0": {a, -1}, "far too many": {a, int64(1) << 40}, "no number": {a, "x"}, "nothing": {a}} {
		_, err := us.Config(us.CONF_HISTSIZE, args...)
		wantError(t, what, err, syscall.EINVAL)
	}
	b := mustInit(t, arenatest.Name(t)) // no room: an error, and it stays off
	need(us.Config(us.CONF_HISTSIZE, b, 1<<31-1))(t)
	if _, err := us.Config(us.CONF_HISTON, b); err == nil {
		t.Error("a ring of two thousand million entries")
	}
}

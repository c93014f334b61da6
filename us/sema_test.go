package us_test

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"testing"
	"time"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/sync"
	"usarena/us"
)

// The calls are those of IRIX, argument for argument.
var (
	_ func(*sync.Sema) error             = us.PSema
	_ func(*sync.Sema) (bool, error)     = us.CPSema
	_ func(*sync.Sema) error             = us.VSema
	_ func(*sync.PollSema) error         = us.PSema
	_ func(*sync.PollSema) (bool, error) = us.CPSema
)

func init() {
	// semauser takes a unit of the first semaphore for each line that it hears and
	// gives one to the second.
	arenatest.Register("semauser", func(args []string) error {
		a := must(us.Init(args[0]))
		p, v := semaAt(a, args[1]), semaAt(a, args[2])
		say("ready")
		for hear() != "" {
			check(us.PSema(p), us.VSema(v))
		}
		return us.Detach(a)
	})
}

func TestSemaReturns(t *testing.T) {
	a := mustInit(t, arenatest.Name(t))
	for _, val := range []int{-1, 30001, 1 << 30} {
		_, err := us.NewSema(a, val)
		wantError(t, fmt.Sprint("NewSema ", val), err, syscall.EINVAL)
		_, err = us.NewPollSema(a, val)
		wantError(t, fmt.Sprint("NewPollSema ", val), err, syscall.EINVAL)
	}
	_, err := us.NewSema(nil, 1)
	wantError(t, "NewSema", err, syscall.EINVAL)
	_, err = us.SemaAt(nil, 64)
	wantError(t, "SemaAt", err, syscall.EINVAL)
	need(us.NewSema(a, 30000))(t)
	s := need(us.NewSema(a, 2))(t)
	count := func(want int) {
		t.Helper()
		if n, err := us.TestSema(s); n != want || err != nil {
			t.Errorf("count %d, %v; want %d", n, err, want)
		}
	}
	count(2)
	done(t, us.PSema(s))
	got(t, "CPSema of one", true)(us.CPSema(s))
	count(0)
	got(t, "CPSema of none", false)(us.CPSema(s))
	count(0)
	done(t, us.VSema(s))
	count(1)
	for _, val := range []int{-1, 30000, 30001} { // one less than NewSema takes
		wantError(t, fmt.Sprint("InitSema ", val), us.InitSema(s, val), syscall.EINVAL)
	}
	count(1)
	done(t, us.InitSema(s, 29999))
	count(29999)
	done(t, us.InitSema(s, 0))
	count(0)
	if same := need(us.SemaAt(a, s.Offset()))(t); same != s {
		t.Error("SemaAt gives another handle")
	}
	b := mustInit(t, "/dev/zero")
	need(us.NewSema(b, 1))(t)
	if err := us.FreeSema(s, b); err == nil {
		t.Error("freed with another arena's handle")
	}
	wantError(t, "free with no arena", us.FreeSema(s, nil), arena.ErrInvalid)
	done(t, us.FreeSema(s, a))
	for what, err := range map[string]error{
		"free": us.FreeSema(s, a), "P": us.PSema(s), "V": us.VSema(s), "init": us.InitSema(s, 1),
	} {
		wantError(t, what+" of a freed one", err, arena.ErrNotAllocated)
	}
}

// P waits, the count says for how many, and V lets them go one by one.
func TestPSemaWaits(t *testing.T) {
	name := arenatest.Name(t)
	a := mustInit(t, name)
	s, back := need(us.NewSema(a, 0))(t), need(us.NewSema(a, 0))(t)
	var all []*child
	for range 2 {
		c := start(t, "semauser", name, s.Offset(), back.Offset())
		c.line(t)
		c.tell(t, "go")
		all = append(all, c)
	}
	until(t, "two wait", func() bool { return need(us.TestSema(s))(t) == -2 })
	got(t, "nobody has got through", false)(us.CPSema(back))
	for range all {
		done(t, us.VSema(s))
		within(t, "an answer", func() error { return us.PSema(back) })
	}
	got(t, "too many answers", false)(us.CPSema(back))
	all[0].finish(t)
	// A waiter that is killed is skipped.
	all[1].tell(t, "go")
	until(t, "one waits", func() bool { return need(us.TestSema(s))(t) == -1 })
	all[1].kill(t)
	done(t, us.VSema(s))
	got(t, "the unit of a dead waiter", true)(us.CPSema(s))
}

func TestCtlSema(t *testing.T) {
	name := arenatest.Name(t)
	a := mustInit(t, name)
	s, back := need(us.NewSema(a, 1))(t), need(us.NewSema(a, 0))(t)
	var m us.SemaMeter
	var d us.SemaDebug
	wantError(t, "meter while off", us.CtlSema(s, us.CS_METERFETCH, &m), syscall.EINVAL)
	wantError(t, "debug while off", us.CtlSema(s, us.CS_DEBUGFETCH, &d), syscall.EINVAL)
	done(t, us.CtlSema(s, us.CS_METERON), us.CtlSema(s, us.CS_DEBUGON))
	look := func() (us.SemaMeter, us.SemaDebug) {
		t.Helper()
		done(t, us.CtlSema(s, us.CS_METERFETCH, &m), us.CtlSema(s, us.CS_DEBUGFETCH, &d))
		return m, d
	}
	if m, d := look(); m != (us.SemaMeter{}) || d.OwnerPid != -1 || d.LastPid != -1 {
		t.Errorf("new: %+v %+v", m, d)
	}
	done(t, us.PSema(s))
	got(t, "CPSema", false)(us.CPSema(s))
	if m, d := look(); m != (us.SemaMeter{PHits: 1, Ps: 2}) || d.OwnerPid != os.Getpid() || d.LastPid != os.Getpid() || d.OwnerPC == 0 {
		t.Errorf("taken: %+v %+v", m, d)
	}
	c := start(t, "semauser", name, s.Offset(), back.Offset())
	c.line(t)
	c.tell(t, "go")
	until(t, "one waits", func() bool { m, _ := look(); return m.NWait == 1 })
	done(t, us.VSema(s))
	within(t, "the other", func() error { return us.PSema(back) })
	if m, d := look(); m != (us.SemaMeter{PHits: 1, Ps: 3, Vs: 1, MaxWait: 1}) || d.OwnerPid != c.Process.Pid {
		t.Errorf("taken by %d: %+v %+v", c.Process.Pid, m, d)
	}
	done(t, us.VSema(s))
	if m, d := look(); m.Vs != 2 || m.VNoWait != 1 || d.OwnerPid != -1 || d.LastPid != os.Getpid() {
		t.Errorf("given: %+v %+v", m, d)
	}
	done(t, us.CtlSema(s, us.CS_METERRESET), us.CtlSema(s, us.CS_DEBUGRESET))
	if m, d := look(); m != (us.SemaMeter{}) || d != (us.SemaDebug{OwnerPid: -1, LastPid: -1}) {
		t.Errorf("reset: %+v %+v, want counts of 0 and pids of -1", m, d)
	}
	done(t, us.CtlSema(s, us.CS_METEROFF), us.CtlSema(s, us.CS_DEBUGOFF), us.PSema(s))
	wantError(t, "meter, off again", us.CtlSema(s, us.CS_METERFETCH, &m), syscall.EINVAL)
	for what, err := range map[string]error{
		"command 0":        us.CtlSema(s, 0),
		"command 99":       us.CtlSema(s, 99),
		"no pointer":       us.CtlSema(s, us.CS_METERFETCH),
		"another pointer":  us.CtlSema(s, us.CS_METERFETCH, &d),
		"a nil pointer":    us.CtlSema(s, us.CS_DEBUGFETCH, (*us.SemaDebug)(nil)),
		"on with an extra": us.CtlSema(s, us.CS_METERON, 1),
	} {
		wantError(t, what, err, syscall.EINVAL)
	}
	c.finish(t)
}

// A recursive semaphore is taken as often as its holder likes, and is free after
// as many V; other processes wait meanwhile.
func TestRecursiveSema(t *testing.T) {
	name := arenatest.Name(t)
	a := mustInit(t, name)
	s, back := need(us.NewSema(a, 1))(t), need(us.NewSema(a, 0))(t)
	two := need(us.NewSema(a, 2))(t)
	wantError(t, "recursion of two units", us.CtlSema(two, us.CS_RECURSIVEON), arena.ErrBusy)
	done(t, us.PSema(s))
	wantError(t, "recursion while taken", us.CtlSema(s, us.CS_RECURSIVEON), arena.ErrBusy)
	done(t, us.VSema(s), us.CtlSema(s, us.CS_RECURSIVEON))
	within(t, "taking it three times", func() error { return errors.Join(us.PSema(s), us.PSema(s)) })
	got(t, "CPSema", true)(us.CPSema(s))
	c := start(t, "semauser", name, s.Offset(), back.Offset())
	c.line(t)
	c.tell(t, "go")
	done(t, us.VSema(s), us.VSema(s))
	time.Sleep(15 * time.Millisecond)
	got(t, "another process has got it", false)(us.CPSema(back))
	done(t, us.VSema(s))
	within(t, "the other process", func() error { return us.PSema(back) })
	c.finish(t)
	wantError(t, "off while taken", us.CtlSema(s, us.CS_RECURSIVEOFF), arena.ErrBusy)
	done(t, us.VSema(s), us.CtlSema(s, us.CS_RECURSIVEOFF), us.PSema(s))
	got(t, "CPSema without recursion", false)(us.CPSema(s))
}

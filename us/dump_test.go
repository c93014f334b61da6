package us_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/us"
)

// dump is what f writes.
func dump(t *testing.T, f func(*strings.Builder) error) string {
	t.Helper()
	var b strings.Builder
	done(t, f(&b))
	return b.String()
}

func wantText(t *testing.T, text string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(text, w) {
			t.Errorf("no %q in %q", w, text)
		}
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, os.ErrClosed }

func TestDumpLock(t *testing.T) {
	me := fmt.Sprintf("process %d", os.Getpid())
	plain := need(us.NewLock(mustInit(t, arenatest.Name(t))))(t)
	show := func() string {
		return dump(t, func(b *strings.Builder) error { return us.DumpLock(plain, b, "the lock") })
	}
	wantText(t, show(), "the lock: ", fmt.Sprintf("%#x", plain.Offset()), "free", "metering: off", "debug: off")
	done(t, us.SetLock(plain))
	wantText(t, show(), "locked by", me)

	with(t, us.CONF_LOCKTYPE, us.US_DEBUG)
	name := arenatest.Name(t)
	a := mustInit(t, name)
	l := need(us.NewLock(a))(t)
	done(t, us.SetLock(l))
	wantText(t, dump(t, func(b *strings.Builder) error { return us.DumpLock(l, b, "L") }),
		"L: ", "spins 0, tries 1, hits 1", fmt.Sprint("owner pid ", os.Getpid()))
	wantError(t, "a writer that fails", us.DumpLock(l, broken{}, "L"), os.ErrClosed)

	kept := need(us.NewLock(a))(t)
	c := start(t, "holder", name, kept.Offset())
	c.line(t)
	c.kill(t)
	wantText(t, dump(t, func(b *strings.Builder) error { return us.DumpLock(kept, b, "L") }), "dead", fmt.Sprint(c.Process.Pid))

	done(t, us.FreeLock(l, a))
	var b strings.Builder
	if err := us.DumpLock(l, &b, "L"); !errors.Is(err, arena.ErrNotAllocated) || b.Len() != 0 {
		t.Errorf("a freed lock: %q, %v", b.String(), err)
	}
}

func TestDumpSema(t *testing.T) {
	a := mustInit(t, arenatest.Name(t))
	s := need(us.NewSema(a, 3))(t)
	show := func() string {
		return dump(t, func(b *strings.Builder) error { return us.DumpSema(s, b, "the sema") })
	}
	wantText(t, show(), "the sema: ", fmt.Sprintf("%#x", s.Offset()), "count 3", "metering: off", "debug: off")
	done(t, us.CtlSema(s, us.CS_METERON), us.CtlSema(s, us.CS_DEBUGON), us.PSema(s), us.VSema(s), us.PSema(s))
	wantText(t, show(), "count 2", "phits 2, psemas 2, vsemas 1, vnowait 1, nwait 0, maxnwait 0",
		fmt.Sprintf("owner pid %d at 0x", os.Getpid()), fmt.Sprintf("last pid %d at 0x", os.Getpid()))
	wantError(t, "a writer that fails", us.DumpSema(s, broken{}, "S"), os.ErrClosed)
	p := need(us.NewPollSema(a, 5))(t)
	wantText(t, dump(t, func(b *strings.Builder) error { return us.DumpSema(p, b, "P") }),
		"P: ", fmt.Sprintf("%#x", p.Offset()), "count 5", "pollable")
	done(t, us.FreeSema(s, a))
	wantError(t, "a freed sema", us.DumpSema(s, &strings.Builder{}, "S"), arena.ErrNotAllocated)
}

package us_test

import (
	"errors"
	"fmt"
	"syscall"
	"testing"
	"time"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/sync"
	"usarena/us"
)

func init() {
	// polluser takes ("P") and gives ("V") units of a pollable semaphore.
	arenatest.Register("polluser", func(args []string) error {
		a := must(us.Init(args[0]))
		p := pollAt(a, args[1])
		fd := must(us.OpenPollSema(p, 0o600))
		say("ready")
		for {
			switch hear() {
			case "P":
				say(must(us.PPollSema(p)))
			case "wait":
				say(must(poll(-1, fd))[0])
			case "V":
				check(us.VSema(p))
				say("given")
			default:
				return errors.Join(us.ClosePollSema(p), us.Detach(a))
			}
		}
	})
}

// readable says whether a descriptor is readable within a time that is long
// enough for what has happened already.
func readable(t testing.TB, fd int, patience time.Duration) bool {
	t.Helper()
	return need(poll(patience, fd))(t)[0]
}

func TestPollSemaReturns(t *testing.T) {
	name := arenatest.Name(t)
	a := mustInit(t, name)
	p := need(us.NewPollSema(a, 1))(t)
	wantError(t, "P before open", us.PSema(p), syscall.EBADF)
	_, err := us.PPollSema(p)
	wantError(t, "P before open", err, syscall.EBADF)
	wantError(t, "close before open", us.ClosePollSema(p), syscall.EBADF)
	_, err = us.OpenPollSema(p, 0o1777)
	wantError(t, "open with a strange mode", err, syscall.EINVAL)
	fd := need(us.OpenPollSema(p, 0o666))(t)
	if again := need(us.OpenPollSema(p, 0o600))(t); again != fd {
		t.Errorf("open again gives %d, not %d", again, fd)
	}

	done(t, us.PSema(p)) // there is one
	if readable(t, fd, 0) {
		t.Error("readable after a P that was not queued")
	}
	got(t, "CPSema of none", false)(us.CPSema(p))
	err = us.PSema(p)
	wantError(t, "P of none", err, sync.ErrQueued)
	if errors.Is(err, syscall.ERANGE) {
		t.Errorf("being queued is no overflow: %v", err)
	}
	if n := need(us.TestSema(p))(t); n != -1 {
		t.Errorf("count %d while one is queued", n)
	}
	for _, err := range []error{us.PSema(p), func() error { _, err := us.PPollSema(p); return err }()} {
		wantError(t, "a second P", err, syscall.ERANGE)
		wantError(t, "a second P", err, sync.ErrQueued)
	}
	if readable(t, fd, 15*time.Millisecond) {
		t.Error("readable without a unit")
	}
	wantError(t, "free while open", us.FreePollSema(p, a), arena.ErrBusy)

	c := start(t, "polluser", name, p.Offset())
	c.line(t)
	c.tell(t, "V")
	c.line(t)
	for range 2 { // it stays so
		if !readable(t, fd, arenatest.Patience) {
			t.Fatal("not readable with a unit")
		}
	}
	if n := need(us.TestSema(p))(t); n != 0 {
		t.Errorf("count %d, the unit is ours", n)
	}
	done(t, us.VSema(p))
	if readable(t, fd, 0) {
		t.Error("readable after V")
	}

	// The other way round: the other process waits. What another has queued for is
	// not for whoever comes by.
	done(t, us.PSema(p))
	c.tell(t, "P")
	if s := c.line(t); s != "false" {
		t.Errorf("P of none: %s", s)
	}
	got(t, "CPSema while another is queued", false)(us.CPSema(p))
	c.tell(t, "wait")
	done(t, us.VSema(p))
	if s := c.line(t); s != "true" {
		t.Errorf("poll: %s", s)
	}
	c.finish(t)

	b := mustInit(t, "/dev/zero")
	need(us.NewPollSema(b, 0))(t)
	done(t, us.ClosePollSema(p))
	wantError(t, "close again", us.ClosePollSema(p), syscall.EBADF)
	wantError(t, "P after close", us.PSema(p), syscall.EBADF)
	if same := need(us.PollSemaAt(a, p.Offset()))(t); same != p {
		t.Error("PollSemaAt gives another handle")
	}
	wantError(t, "free with no arena", us.FreePollSema(p, nil), arena.ErrInvalid)
	if err := us.FreePollSema(p, b); err == nil {
		t.Error("freed with another arena's handle")
	}
	done(t, us.FreePollSema(p, a))
	wantError(t, "free again", us.FreePollSema(p, a), arena.ErrNotAllocated)
	wantError(t, "P", us.PSema(p), arena.ErrNotAllocated)
	wantError(t, "V", us.VSema(p), arena.ErrNotAllocated)
	for what, f := range map[string]func() error{
		"NewPollSema": func() error { _, err := us.NewPollSema(nil, 1); return err },
		"PollSemaAt":  func() error { _, err := us.PollSemaAt(nil, 64); return err },
	} {
		wantError(t, what, f(), syscall.EINVAL)
	}
}

// Units go by the order of the queue; a queued process that dies or closes is
// passed over.
func TestPollSemaOrder(t *testing.T) {
	name := arenatest.Name(t)
	a := mustInit(t, name)
	p := need(us.NewPollSema(a, 0))(t)
	var all []*child
	for i := range 4 {
		c := start(t, "polluser", name, p.Offset())
		c.line(t)
		c.tell(t, "P")
		if s := c.line(t); s != "false" {
			t.Fatalf("process %d: %s", i, s)
		}
		all = append(all, c)
	}
	all[0].kill(t)
	all[1].tell(t, "close")
	all[1].finish(t)
	for i, c := range all[2:] {
		done(t, us.VSema(p)) // without having opened it
		c.tell(t, "wait")
		if s := c.line(t); s != "true" {
			t.Errorf("process %d: %s", i+2, s)
		}
		if n, want := need(us.TestSema(p))(t), -1+i; n != want {
			t.Errorf("count %d, want %d", n, want)
		}
		c.finish(t)
	}
	if s := fmt.Sprint(need(us.TestSema(p))(t)); s != "0" {
		t.Errorf("count %s at the end", s)
	}
}

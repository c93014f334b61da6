package us_test

import (
	"errors"
	"fmt"
	"syscall"
	"testing"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/us"
)

// A parallel tessellator demands one user for itself and one for each worker, no
// more: each child calls usadd before it works, and one too many is told so
// (ENOSPC, "raise the user count").

func init() {
	arenatest.Register("tessellator", func(args []string) error {
		a, err := arena.Inherit()
		if errors.Is(err, syscall.ENOSPC) {
			say("no room for another user")
			return nil
		}
		check(err, us.Add(a), us.Add(a))
		say("added")
		work, out := semaAt(a, args[0]), a.Bytes(num(args[1]), 3)
		for range out {
			check(us.PSema(work))
		}
		out[num(args[2])] = 1
		hear()
		return us.Detach(a)
	})
}

func TestClientTessellator(t *testing.T) {
	const workers = 3
	with(t, us.CONF_INITUSERS, 1+workers)
	with(t, us.CONF_ARENATYPE, us.US_SHAREDONLY)
	with(t, us.CONF_INITSIZE, 1<<20)
	a := mustInit(t, "/dev/zero")
	work := need(us.NewSema(a, 0))(t)
	out := need(us.Calloc(workers, 1, a))(t)
	var all []*child
	for i := range workers {
		c := sproc(t, a, "tessellator", work.Offset(), out, i)
		if s := c.line(t); s != "added" {
			t.Fatalf("worker %d: %s", i, s)
		}
		all = append(all, c)
	}
	extra := sproc(t, a, "tessellator", work.Offset(), out, 0)
	if s := extra.line(t); s != "no room for another user" {
		t.Errorf("one too many: %s", s)
	}
	extra.finish(t)
	for range workers * workers {
		done(t, us.VSema(work))
	}
	for _, c := range all {
		c.finish(t)
	}
	if s := fmt.Sprint(a.Bytes(out, workers)); s != "[1 1 1]" {
		t.Errorf("worked: %s", s)
	}
}

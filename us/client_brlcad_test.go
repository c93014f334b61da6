package us_test

import (
	"os"
	"testing"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/us"
)

// BRL-CAD's parallel ray tracer demands an array of locks in an arena that only
// its own processes share, and waits of a thousand looks before they sleep.

func init() {
	arenatest.Register("brlcad-cpu", func(args []string) error {
		a := must(arena.Inherit())
		tally := a.Bytes(num(args[0]), uint64(len(args)-1))
		say("runs")
		hear()
		for range 50 {
			for i, off := range args[1:] {
				l := lockAt(a, off)
				check(us.WSetLock(l, 1000))
				tally[i]++
				check(us.UnsetLock(l))
			}
		}
		return us.Detach(a)
	})
}

func TestClientBRLCAD(t *testing.T) {
	const ncpu, nlocks = 3, 5
	f := need(os.CreateTemp(t.TempDir(), "brlcad"))(t) // mkstemp: the file is there
	done(t, f.Close())
	with(t, us.CONF_ARENATYPE, us.US_SHAREDONLY)
	with(t, us.CONF_INITUSERS, ncpu+1)
	with(t, us.CONF_LOCKTYPE, us.US_NODEBUG)
	a := mustInit(t, f.Name())
	if _, err := os.Stat(f.Name()); err == nil {
		t.Error("US_SHAREDONLY, and the file is there")
	}
	tally := need(us.Calloc(nlocks, 1, a))(t)
	args := []any{tally}
	for range nlocks {
		args = append(args, need(us.NewLock(a))(t).Offset())
	}
	var all []*child
	for range ncpu {
		c := sproc(t, a, "brlcad-cpu", args...)
		c.line(t)
		all = append(all, c)
	}
	for _, c := range all {
		c.tell(t, "go")
	}
	for _, c := range all {
		c.finish(t)
	}
	for i, n := range a.Bytes(tally, nlocks) {
		if n != 50*ncpu {
			t.Errorf("lock %d: %d, not %d", i, n, 50*ncpu)
		}
	}
}

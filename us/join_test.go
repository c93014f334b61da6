package us_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"testing"
	"time"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/us"
)

const squares = 40

// slowSetUp takes its time, so that others come meanwhile.
func slowSetUp(a *arena.Arena, stuff *arenaStuff) error {
	stuff.Squares = must(arena.NewSlice[uint64](a, squares))
	for i := range squares {
		stuff.Squares.In(a)[i] = uint64(i * i)
		time.Sleep(time.Millisecond / 2)
	}
	return nil
}

func init() {
	// joiner joins when it is told to, says what it finds, resigns when it is told
	// to, and removes the arena if it is the last one.
	arenatest.Register("joiner", func(args []string) error {
		setUp := slowSetUp
		if len(args) > 1 {
			setUp = func(*arena.Arena, *arenaStuff) error {
				say("inside")
				hear() // the test kills this process here
				return nil
			}
		}
		say("ready")
		hear()
		a, first, err := joinArena(args[0], setUp)
		check(err)
		stuff, _, err := stuffOf(a)
		check(err)
		sum := uint64(0)
		for _, v := range stuff.Squares.In(a) {
			sum += v
		}
		say(first, sum)
		hear()
		say(stuff.Joined)
		hear()
		check(resignArena(a))
		switch err := arena.Remove(args[0]); {
		case err == nil:
			say("removed")
		case errors.Is(err, arena.ErrBusy), errors.Is(err, fs.ErrNotExist):
			say("left")
		default:
			return err
		}
		return nil
	})
}

const squareSum = (squares - 1) * squares * (2*squares - 1) / 6

// Unrelated processes race for an arena that does not exist: one of them makes
// it, and no other sees it half made.
func TestJoinRace(t *testing.T) {
	const n = 6
	with(t, us.CONF_INITUSERS, n)
	for round := range 3 {
		name := arenatest.Name(t)
		var all []*child
		for range n {
			all = append(all, start(t, "joiner", name))
		}
		each := func(f func(*child)) {
			for _, c := range all {
				f(c)
			}
		}
		next := func(c *child) { c.tell(t, "next") }
		each(func(c *child) { c.line(t) })
		each(next)
		firsts := 0
		each(func(c *child) {
			switch s := c.line(t); s {
			case fmt.Sprint(true, squareSum):
				firsts++
			case fmt.Sprint(false, squareSum):
			default:
				t.Errorf("round %d: a process found %q", round, s)
			}
		})
		if firsts != 1 {
			t.Errorf("round %d: %d processes were the first", round, firsts)
		}
		each(next)
		each(func(c *child) {
			if s := c.line(t); s != fmt.Sprint(n) {
				t.Errorf("round %d: %s have joined, not %d", round, s, n)
			}
		})
		wantCleanFile(t, name)
		each(next)
		removed := 0
		each(func(c *child) {
			if c.line(t) == "removed" {
				removed++
			}
			c.finish(t)
		})
		if _, err := os.Stat(arenatest.Path(name)); removed != 1 || !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("round %d: removed %d times, %v", round, removed, err)
		}
	}
}

// The first one is killed while it sets up and others wait: the next one does it
// again.
func TestFirstDies(t *testing.T) {
	name := arenatest.Name(t)
	first := start(t, "joiner", name, "dies")
	first.line(t)
	first.tell(t, "join")
	if s := first.line(t); s != "inside" {
		t.Fatalf("the first says %q", s)
	}
	var all []*child
	for range 3 {
		c := start(t, "joiner", name)
		c.line(t)
		c.tell(t, "join")
		all = append(all, c)
	}
	a := need(us.Init(name))(t)
	defer us.Detach(a)
	_, lock, err := stuffOf(a)
	done(t, err)
	until(t, "all are there", func() bool { return len(a.Users()) == 5 })
	got(t, "set up is over", true)(us.TestLock(lock))
	first.kill(t)
	for _, c := range all {
		if s := c.line(t); s != fmt.Sprint(false, squareSum) {
			t.Errorf("a process found %q", s)
		}
		c.tell(t, "next")
	}
	for _, c := range all {
		c.line(t)
		c.tell(t, "next")
		if s := c.line(t); s != "left" {
			t.Errorf("removed under this process: %q", s)
		}
		c.finish(t)
	}
	wantClean(t, a)
}

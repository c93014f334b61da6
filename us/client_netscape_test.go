package us_test

import (
	"testing"

	"usarena/arena/arenatest"
	"usarena/us"
)

// Netscape's servers demand one arena with a fixed name for all servers of a
// machine, and uscpsema == 1 as the test whether there is something.

func init() {
	arenatest.Register("cs", func(args []string) error {
		a := must(us.Init(args[0]))
		s := semaAt(a, args[1])
		say(must(us.CPSema(s)))
		hear()
		say(must(us.CPSema(s)))
		hear()
		return us.Detach(a)
	})
}

func TestClientNetscape(t *testing.T) {
	arenatest.NeedFile(t)
	with(t, us.CONF_INITSIZE, 64<<10)
	name := arenatest.Name(t) + ".locks"
	a := mustInit(t, name)
	defer a.Unlink()
	s := need(us.NewSema(a, 0))(t)
	one, two := start(t, "cs", name, s.Offset()), start(t, "cs", name, s.Offset())
	for _, c := range []*child{one, two} {
		if s := c.line(t); s != "false" {
			t.Errorf("uscpsema of none: %s", s)
		}
	}
	done(t, us.VSema(s))
	one.tell(t, "again")
	if s := one.line(t); s != "true" {
		t.Errorf("uscpsema of one: %s", s)
	}
	two.tell(t, "again")
	if s := two.line(t); s != "false" {
		t.Errorf("uscpsema of what another server took: %s", s)
	}
	one.finish(t)
	two.finish(t)
}

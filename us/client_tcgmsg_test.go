package us_test

import (
	"encoding/binary"
	"fmt"
	"os"
	"testing"

	"usarena/arena/arenatest"
	"usarena/us"
)

// TCGMSG's shared counter (NWChem, Global Arrays) demands that unrelated processes
// share a lock and a word by what the creator broadcasts, addresses there and
// offsets here, and that everybody may unlink the file in the end.

func init() {
	arenatest.Register("tcgmsg", func(args []string) error {
		must(us.Config(us.CONF_ARENATYPE, us.US_GENERAL))
		a := must(us.Init(args[0]))
		lock, counter := lockAt(a, args[1]), a.Bytes(num(args[2]), 8)
		say("joined")
		hear()
		for range 200 { // nxtval
			check(us.SetLock(lock))
			n := binary.NativeEndian.Uint64(counter)
			binary.NativeEndian.PutUint64(counter, n+1)
			check(us.UnsetLock(lock))
			say(n)
		}
		hear()
		check(us.Detach(a))
		os.Remove(arenatest.Path(args[0])) // whoever is first
		return nil
	})
}

func TestClientTCGMSG(t *testing.T) {
	const n = 4
	with(t, us.CONF_ARENATYPE, us.US_GENERAL)
	with(t, us.CONF_AUTOGROW, 1)
	with(t, us.CONF_INITUSERS, n+1)
	name := arenatest.Name(t)
	a := mustInit(t, name)
	lock := need(us.NewLock(a))(t)
	counter := need(us.Malloc(8, a))(t)
	binary.NativeEndian.PutUint64(a.Bytes(counter, 8), 0)
	var all []*child
	for range n {
		c := start(t, "tcgmsg", name, lock.Offset(), counter)
		c.line(t)
		all = append(all, c)
	}
	for _, c := range all {
		c.tell(t, "go")
	}
	seen := map[string]bool{}
	for i, c := range all {
		for range 200 {
			s := c.line(t)
			if seen[s] {
				t.Fatalf("process %d drew %s, which another has", i, s)
			}
			seen[s] = true
		}
	}
	for i := range 200 * n {
		if !seen[fmt.Sprint(i)] {
			t.Errorf("nobody drew %d", i)
		}
	}
	for _, c := range all {
		c.finish(t)
	}
	wantClean(t, a)
	done(t, us.Detach(a))
	if _, err := os.Stat(arenatest.Path(name)); err == nil {
		t.Error("nobody has unlinked it")
	}
}

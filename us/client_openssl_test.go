package us_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/us"
)

// OpenSSL's demo of threads (mttest) demands that the file may go right after
// usinit, that semaphores of one unit serve as locks, and a dump of them at the
// end.

func init() {
	arenatest.Register("mttest", func(args []string) error {
		a := must(arena.Inherit())
		counts := a.Bytes(num(args[0]), 8*uint64(len(args)-1))
		say("runs")
		hear()
		for range 100 {
			for i, off := range args[1:] {
				s := semaAt(a, off)
				check(us.PSema(s))
				word := counts[8*i : 8*i+8]
				binary.NativeEndian.PutUint64(word, binary.NativeEndian.Uint64(word)+1)
				check(us.VSema(s))
			}
		}
		return us.Detach(a)
	})
}

func TestClientOpenSSL(t *testing.T) {
	const threads, locks = 4, 3
	name := arenatest.Name(t)
	for _, cmd := range []us.Command{us.CONF_STHREADIOOFF, us.CONF_STHREADMALLOCOFF} {
		need(us.Config(cmd))(t)
		t.Cleanup(func() { need(us.Config(cmd + 1))(t) })
	}
	with(t, us.CONF_INITUSERS, 100)
	with(t, us.CONF_LOCKTYPE, us.US_DEBUGPLUS)
	a := mustInit(t, name)
	done(t, os.Remove(arenatest.Path(name)))

	counts := need(us.Calloc(locks, 8, a))(t)
	args := []any{counts}
	for range locks {
		args = append(args, need(us.NewSema(a, 1))(t).Offset())
	}
	var all []*child
	for range threads {
		c := sproc(t, a, "mttest", args...)
		c.line(t)
		all = append(all, c)
	}
	for _, c := range all {
		c.tell(t, "go")
	}
	for _, c := range all {
		c.finish(t)
	}
	for i := range uint64(locks) {
		if n := binary.NativeEndian.Uint64(a.Bytes(counts+8*i, 8)); n != 100*threads {
			t.Errorf("count %d is %d, not %d", i, n, 100*threads)
		}
		s := need(us.SemaAt(a, args[1+i].(arena.Offset)))(t)
		var b strings.Builder
		done(t, us.DumpSema(s, &b, fmt.Sprint("lock ", i)))
		wantText(t, b.String(), fmt.Sprint("lock ", i), "count 1")
		done(t, us.FreeSema(s, a))
	}
	if _, err := os.Stat(arenatest.Path(name)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the file is there again: %v", err)
	}
}

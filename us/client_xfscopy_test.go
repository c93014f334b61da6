package us_test

import (
	"testing"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/us"
)

// xfs_copy demands a hand-off from one to many: the main process fills a buffer,
// lets every target's process write it, and waits on one semaphore until the last
// of them is done.

const copied = 20 // buffers

func init() {
	arenatest.Register("xfs-target", func(args []string) error {
		a := must(arena.Inherit())
		mine, main, buffer := semaAt(a, args[0]), semaAt(a, args[1]), a.Bytes(num(args[2]), 64)
		left := a.Bytes(num(args[3]), 1)
		count := lockAt(a, args[4])
		say("runs")
		sum := 0
		for range copied {
			check(us.PSema(mine))
			for _, b := range buffer {
				sum += int(b)
			}
			check(us.SetLock(count))
			left[0]--
			last := left[0] == 0
			check(us.UnsetLock(count))
			if last {
				check(us.VSema(main))
			}
		}
		say(sum)
		return us.Detach(a)
	})
}

func TestClientXFSCopy(t *testing.T) {
	const targets = 3
	a := mustInit(t, "/dev/zero")
	main, count := need(us.NewSema(a, 0))(t), need(us.NewLock(a))(t)
	buffer, left := need(us.Malloc(64, a))(t), need(us.Malloc(1, a))(t)
	var all []*child
	var own []func() error
	for range targets {
		s := need(us.NewSema(a, 0))(t)
		own = append(own, func() error { return us.VSema(s) })
		c := sproc(t, a, "xfs-target", s.Offset(), main.Offset(), buffer, left, count.Offset())
		c.line(t)
		all = append(all, c)
	}
	for i := range copied {
		for j := range a.Bytes(buffer, 64) {
			a.Bytes(buffer, 64)[j] = byte(i)
		}
		a.Bytes(left, 1)[0] = targets
		for _, let := range own {
			done(t, let())
		}
		within(t, "the targets", func() error { return us.PSema(main) })
	}
	for _, c := range all {
		if s := c.line(t); s != "12160" { // 64 · (0 + 1 + … + 19)
			t.Errorf("a target got %s", s)
		}
		c.finish(t)
	}
}

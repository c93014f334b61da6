package us_test

import (
	"errors"
	"math"
	"strconv"
	"syscall"
	"testing"
	"time"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/sync"
	"usarena/us"
)

func init() {
	// party waits at the barrier with as many as it is told, and says that it has
	// passed.
	arenatest.Register("party", func(args []string) error {
		a := must(us.Init(args[0]))
		b := barrierAt(a, args[1])
		say("ready")
		for n := hear(); n != ""; n = hear() {
			err := us.Barrier(b, uint(must(strconv.Atoi(n))))
			if errors.Is(err, sync.ErrBroken) {
				say("broken")
				continue
			}
			check(err)
			say("passed")
		}
		return us.Detach(a)
	})
}

func TestBarrierReturns(t *testing.T) {
	a := mustInit(t, arenatest.Name(t))
	b := need(us.NewBarrier(a))(t)
	done(t, us.InitBarrier(b), us.Barrier(b, 1), us.Barrier(b, 1))
	wantError(t, "of nobody", us.Barrier(b, 0), syscall.EINVAL)
	if math.MaxUint > math.MaxUint32 {
		var most uint64 = math.MaxUint32 // no constant: it is too large for 32 bits
		wantError(t, "of too many", us.Barrier(b, uint(most+1)), syscall.EINVAL)
	}
	if same := need(us.BarrierAt(a, b.Offset()))(t); same != b {
		t.Error("BarrierAt gives another handle")
	}
	_, err := us.NewBarrier(nil)
	wantError(t, "NewBarrier", err, syscall.EINVAL)
	_, err = us.BarrierAt(nil, 64)
	wantError(t, "BarrierAt", err, syscall.EINVAL)
	done(t, us.FreeBarrier(b))
	wantError(t, "free again", us.FreeBarrier(b), arena.ErrNotAllocated)
	wantError(t, "wait", us.Barrier(b, 1), arena.ErrNotAllocated)
	wantError(t, "init", us.InitBarrier(b), arena.ErrNotAllocated)
}

// More than IRIX's 256 pass, all of them or none.
func TestBarrierOfMany(t *testing.T) {
	const n = 300
	a := mustInit(t, arenatest.Name(t))
	b := need(us.NewBarrier(a))(t)
	passed := make(chan error, n)
	for range n - 1 {
		go func() { passed <- us.Barrier(b, n) }()
	}
	select {
	case err := <-passed:
		t.Fatalf("one passed before the last had come: %v", err)
	case <-time.After(15 * time.Millisecond):
	}
	done(t, us.Barrier(b, n))
	for range n - 1 {
		within(t, "a party", func() error { return <-passed })
	}
}

// Processes wait for each other, in numbers that vary; a death breaks the barrier
// and InitBarrier mends it.
func TestBarrierOfProcesses(t *testing.T) {
	name := arenatest.Name(t)
	a := mustInit(t, name)
	b := need(us.NewBarrier(a))(t)
	var all []*child
	for range 3 {
		c := start(t, "party", name, b.Offset())
		c.line(t)
		all = append(all, c)
	}
	for _, n := range []int{2, 4, 3, 1, 4} {
		for _, c := range all[:n-1] {
			c.tell(t, strconv.Itoa(n))
		}
		within(t, "the barrier", func() error { return us.Barrier(b, uint(n)) })
		for _, c := range all[:n-1] {
			if s := c.line(t); s != "passed" {
				t.Errorf("%d parties: %s", n, s)
			}
		}
	}
	all[0].tell(t, "4")
	all[1].tell(t, "4")
	all[2].kill(t)
	wantError(t, "the barrier", us.Barrier(b, 4), sync.ErrBroken)
	for _, c := range all[:2] {
		if s := c.line(t); s != "broken" {
			t.Errorf("a party after a death: %s", s)
		}
	}
	wantError(t, "it stays so", us.Barrier(b, 1), sync.ErrBroken)
	done(t, us.InitBarrier(b))
	all[0].tell(t, "2")
	within(t, "the barrier after InitBarrier", func() error { return us.Barrier(b, 2) })
	for _, c := range all[:2] {
		c.finish(t)
	}
}

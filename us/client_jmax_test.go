package us_test

import (
	"errors"
	"fmt"
	"testing"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/sync"
	"usarena/us"
)

// jMax's audio FIFO demands that unrelated processes race for the first datum:
// each makes a FIFO while it is 0, and uscasinfo decides. The loser frees all that
// it made and looks again. In the original it did so with a handle that it never
// stored: that must be an error, not the end of the process.

const frames = 8

// fifo is in the arena: samples, and semaphores for room and for data.
type fifo struct {
	Room, Data sync.SemaRef
	In, Out    uint64
	Samples    [frames]int64
}

func init() {
	arenatest.Register("jmax", func(args []string) error {
		a := must(us.Init(args[0]))
		if us.GetInfo(a) != 0 {
			return errors.New("there is a FIFO already")
		}
		var p arena.Ptr[fifo]
		for us.GetInfo(a) == 0 {
			p = must(arena.New[fifo](a))
			room, data := must(us.NewSema(a, frames)), must(us.NewSema(a, 0))
			p.In(a).Room, p.In(a).Data = room.Ref(), data.Ref()
			say("made one")
			hear() // all have got here before the first goes on
			if us.CasInfo(a, 0, p.Offset()) {
				break
			}
			var never *arena.Arena
			for _, err := range []error{us.FreeSema(room, never), us.FreeSema(data, never), us.Free(p.Offset(), never)} {
				if !errors.Is(err, arena.ErrInvalid) {
					return fmt.Errorf("freed with a handle that is none: %w", err)
				}
			}
			check(us.FreeSema(room, a), us.FreeSema(data, a), us.Free(p.Offset(), a))
		}
		lost := us.GetInfo(a) != p.Offset()
		f := must(arena.At[fifo](a, us.GetInfo(a))).In(a)
		room, data := must(f.Room.In(a)), must(f.Data.In(a))
		say(us.GetInfo(a), lost)
		switch hear() {
		case "write":
			for i := range int64(100) {
				check(us.PSema(room))
				f.Samples[f.In%frames] = i
				f.In++
				check(us.VSema(data))
			}
			say("written")
		case "read":
			sum := int64(0)
			for range 100 {
				check(us.PSema(data))
				sum += f.Samples[f.Out%frames]
				f.Out++
				check(us.VSema(room))
			}
			say(sum)
		}
		return us.Detach(a)
	})
}

func TestClientJMax(t *testing.T) {
	const n = 4
	name := arenatest.Name(t)
	var all []*child
	for range n {
		all = append(all, start(t, "jmax", name))
	}
	for _, c := range all {
		c.line(t)
	}
	for _, c := range all {
		c.tell(t, "race")
	}
	places, winners := map[arena.Offset]bool{}, 0
	for _, c := range all {
		var at arena.Offset
		var lost bool
		need(fmt.Sscan(c.line(t), &at, &lost))(t)
		places[at] = true
		if !lost {
			winners++
		}
	}
	if len(places) != 1 || winners != 1 {
		t.Errorf("%d FIFOs, %d processes made it", len(places), winners)
	}
	a := mustInit(t, name)
	blocks := 0
	for range a.Blocks() {
		blocks++
	}
	if blocks != 1 {
		t.Errorf("%d blocks, the losers have left some", blocks)
	}
	all[n-1].tell(t, "read")
	all[0].tell(t, "write")
	if s := all[n-1].line(t); s != "4950" {
		t.Errorf("the samples add up to %s", s)
	}
	all[0].line(t)
	for _, c := range all {
		c.finish(t)
	}
}

package us_test

import (
	"encoding/binary"
	"testing"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/us"
)

// Charm++'s queues of messages demand that usinitsema straight after usnewsema does
// no harm, and a semaphore of one unit as a lock.

func init() {
	// One processing element appends its messages to the queue of another.
	arenatest.Register("charm-pe", func(args []string) error {
		a := must(arena.Inherit())
		mutex, queue := semaAt(a, args[0]), num(args[1])
		say("runs")
		hear()
		for range 100 {
			check(us.PSema(mutex))
			n := binary.NativeEndian.Uint32(a.Bytes(queue, 4))
			a.Bytes(queue+4, 1000)[n] = args[2][0]
			binary.NativeEndian.PutUint32(a.Bytes(queue, 4), n+1)
			check(us.VSema(mutex))
		}
		return us.Detach(a)
	})
}

func TestClientCharm(t *testing.T) {
	a := mustInit(t, "/dev/zero")
	mutex := need(us.NewSema(a, 1))(t)
	done(t, us.InitSema(mutex, 1))
	queue := need(us.Calloc(1004, 1, a))(t)
	var all []*child
	for i := range 3 {
		c := sproc(t, a, "charm-pe", mutex.Offset(), queue, i)
		c.line(t)
		all = append(all, c)
	}
	for _, c := range all {
		c.tell(t, "go")
	}
	for _, c := range all {
		c.finish(t)
	}
	from := map[byte]int{}
	for _, m := range a.Bytes(queue+4, 1000) {
		from[m]++
	}
	if from['0'] != 100 || from['1'] != 100 || from['2'] != 100 || from[0] != 700 {
		t.Errorf("messages by sender: %v", from)
	}
	if n := need(us.TestSema(mutex))(t); n != 1 {
		t.Errorf("count %d", n)
	}
	done(t, us.FreeSema(mutex, a))
}

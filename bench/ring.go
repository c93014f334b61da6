package bench

import (
	"sync/atomic"
	"syscall"

	"usarena/arena"
)

// The ring of W6: one producer, one consumer, both ends published every 16th
// item, because an atomic store to a line that the other side reads stalls for
// the whole transfer.
const (
	ringItems = 1024
	ringBatch = 16
)

// ring lies in the arena.
type ring struct {
	head  atomic.Uint64 // items put in
	_     [7]uint64
	tail  atomic.Uint64 // items taken out
	_     [7]uint64
	items [ringItems]uint64
}

// atLeast waits until a count is at least n and returns it. After a while of
// spinning it lets other processes have the CPU, for machines with one.
func atLeast(count *atomic.Uint64, n uint64) uint64 {
	for i := 1; ; i++ {
		if c := count.Load(); c >= n {
			return c
		}
		if i%(1<<12) == 0 {
			syscall.RawSyscall(syscall.SYS_SCHED_YIELD, 0, 0, 0)
		}
	}
}

// produce allocates n blocks of 64 to 256 bytes and passes them on.
func produce(a *arena.Arena, q *ring, r random, n uint64) error {
	room := uint64(ringItems) // below this count the ring has room
	for i := uint64(0); i < n; i++ {
		if i == room {
			room = atLeast(&q.tail, i+1-ringItems) + ringItems
		}
		p, err := a.Malloc(64 + below(r.next(), 193))
		if err != nil {
			return err
		}
		*word(a, p) = mark(i, p)
		q.items[i%ringItems] = p
		if (i+1)%ringBatch == 0 {
			q.head.Store(i + 1)
		}
	}
	q.head.Store(n)
	return nil
}

// consume takes n blocks over, looks at them, and frees them.
func consume(a *arena.Arena, q *ring, n uint64) error {
	there := uint64(0)
	for i := uint64(0); i < n; i++ {
		if i == there {
			there = atLeast(&q.head, i+1)
		}
		p := q.items[i%ringItems]
		if got := *word(a, p); got != mark(i, p) {
			return lost(p, got, mark(i, p))
		}
		if err := a.Free(p); err != nil {
			return err
		}
		if (i+1)%ringBatch == 0 {
			q.tail.Store(i + 1)
		}
	}
	q.tail.Store(n)
	return nil
}

// produceNull and consumeNull are the ring alone.
func produceNull(q *ring, r random, n uint64) {
	room := uint64(ringItems)
	for i := uint64(0); i < n; i++ {
		if i == room {
			room = atLeast(&q.tail, i+1-ringItems) + ringItems
		}
		q.items[i%ringItems] = 64 + below(r.next(), 193)
		if (i+1)%ringBatch == 0 {
			q.head.Store(i + 1)
		}
	}
	q.head.Store(n)
}

func consumeNull(q *ring, n uint64) (sum uint64) {
	there := uint64(0)
	for i := uint64(0); i < n; i++ {
		if i == there {
			there = atLeast(&q.head, i+1)
		}
		sum += q.items[i%ringItems]
		if (i+1)%ringBatch == 0 {
			q.tail.Store(i + 1)
		}
	}
	q.tail.Store(n)
	return sum
}

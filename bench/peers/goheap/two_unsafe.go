package main

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"
)

const (
	shareOps  = 2_500_000
	ringTotal = 3_000_000
	ringItems = 1024
	ringBatch = 16
)

// together lets goroutines on threads and CPUs of their own begin at the same
// time, and says how long all of them took.
func together(workers int, prepare func(me int), work func(me int)) time.Duration {
	var ready, done sync.WaitGroup
	ready.Add(workers)
	var start, end [2]time.Time
	for me := range workers {
		done.Go(func() {
			pin(me)
			prepare(me)
			ready.Done()
			ready.Wait()
			start[me] = time.Now()
			work(me)
			end[me] = time.Now()
		})
	}
	done.Wait()
	first, last := start[0], end[0]
	for me := range workers {
		if start[me].Before(first) {
			first = start[me]
		}
		if end[me].After(last) {
			last = end[me]
		}
	}
	return last.Sub(first)
}

// forTwo has a heap without a lock take one.
func forTwo[A heap](a A, yes bool) {
	if m, ok := any(a).(modernc); ok {
		m.locked = yes
	}
}

func w5[A heap](a A) {
	per := func(workers int) float64 {
		forTwo(a, workers > 1)
		c := make([]*churn[A], workers)
		took := together(workers, func(me int) { c[me] = newChurn(a, small, me) }, func(me int) { c[me].run(shareOps) })
		for _, c := range c {
			for _, s := range c.slots {
				a.free(s.p)
			}
		}
		return shareOps * float64(workers) / took.Seconds()
	}
	one, two := per(1), per(2)
	show("W5", "ops1_per_s", one)
	show("W5", "ops2_per_s", two)
	show("W5", "scaling", two/one)
}

type ring struct {
	head  atomic.Uint64
	_     [7]uint64
	tail  atomic.Uint64
	_     [7]uint64
	items [ringItems]unsafe.Pointer
}

func atLeast(count *atomic.Uint64, n uint64) uint64 {
	for i := 1; ; i++ {
		if c := count.Load(); c >= n {
			return c
		}
		if i%(1<<12) == 0 {
			runtime.Gosched()
		}
	}
}

func w6[A heap](a A) {
	forTwo(a, true)
	q := new(ring)
	took := together(2, func(int) {}, func(me int) {
		if me == 0 {
			produce(a, q)
		} else {
			consume(a, q)
		}
	})
	show("W6", "items_per_s", ringTotal/took.Seconds())
}

func produce[A heap](a A, q *ring) {
	r := newRandom(0)
	room := uint64(ringItems)
	for i := uint64(0); i < ringTotal; i++ {
		if i == room {
			room = atLeast(&q.tail, i+1-ringItems) + ringItems
		}
		p := a.alloc(int(64 + below(r.next(), 193)))
		*word(p) = i
		q.items[i%ringItems] = p
		if (i+1)%ringBatch == 0 {
			q.head.Store(i + 1)
		}
	}
	q.head.Store(ringTotal)
}

func consume[A heap](a A, q *ring) {
	there := uint64(0)
	for i := uint64(0); i < ringTotal; i++ {
		if i == there {
			there = atLeast(&q.head, i+1)
		}
		p := q.items[i%ringItems]
		expect(a, p, i)
		a.free(p)
		if (i+1)%ringBatch == 0 {
			q.tail.Store(i + 1)
		}
	}
	q.tail.Store(ringTotal)
}

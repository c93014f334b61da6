package demo

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"usarena/arena"
	"usarena/internal/replay"
	"usarena/internal/worker"
)

const (
	listerKind = "demo-lists"
	tracerKind = "demo-trace"
	perRound   = 32  // nodes that a process makes before it takes a list over
	meetEvery  = 256 // rounds between two meetings of all
)

func init() {
	worker.Register(listerKind, lister)
	worker.Register(tracerKind, tracer)
}

// seat is what a process is told: where, and which tally is its own.
type seat struct {
	Arena string
	Seat  int
	Procs uint32 // that work on the lists
	Seed  uint64
}

// enter joins the arena and finds the board.
func enter(s *worker.Side) (a *arena.Arena, b *board, me seat, err error) {
	if err = s.Spec(&me); err != nil {
		return nil, nil, me, err
	}
	if a, err = arena.Join(me.Arena); err != nil {
		return nil, nil, me, err
	}
	root, err := arena.Root[board](a)
	if err != nil {
		return nil, nil, me, err
	}
	return a, root.In(a), me, s.Ready()
}

// lister makes nodes and takes over lists until it is told to stop.
func lister(s *worker.Side) error {
	a, b, me, err := enter(s)
	if err != nil {
		return err
	}
	l := newListing(a, b, me.Seat, me.Seed)
	if l.objects, err = findObjects(a, b); err != nil {
		return err
	}
	for n := 0; b.Stop.Load() == 0; n++ {
		if n%meetEvery == 0 {
			if err := l.meet(me.Procs); err != nil {
				return fmt.Errorf("process %d: %w", me.Seat, err)
			}
		}
		if err := l.round(); err != nil {
			return fmt.Errorf("process %d: %w", me.Seat, err)
		}
		if err := l.note(b, me.Seat); err != nil {
			return fmt.Errorf("process %d: %w", me.Seat, err)
		}
		l.t.Noted.Add(1)
	}
	return errors.Join(a.Close(), s.Tell(true))
}

// listing is one process's work on the lists.
type listing struct {
	a   *arena.Arena
	b   *board
	me  int
	t   *tally
	h   *hand // nil: nobody clears up after it
	rnd *rand.Rand
	objects
}

func newListing(a *arena.Arena, b *board, me int, seed uint64) *listing {
	return &listing{a: a, b: b, me: me, t: &b.Tallies[min(me, MaxProcs)], h: &b.Hands[min(me, MaxProcs)], rnd: rand.New(rand.NewPCG(seed, uint64(me)))}
}

func (l *listing) round() error {
	to := &l.b.Lists[l.rnd.IntN(lists)]
	for range perRound {
		n, err := l.make()
		if err != nil {
			return err
		}
		push(l.a, to, n)
	}
	return l.consume(takeAll(&l.b.Lists[l.rnd.IntN(lists)], l.h))
}

// make allocates a node with a payload of random size and fills it.
func (l *listing) make() (n arena.Ptr[node], err error) {
	size := 16 << l.rnd.IntN(7) // 16 B to 2 KiB …
	if l.rnd.IntN(400) == 0 {
		size = 32 << 10 << l.rnd.IntN(4) // … and now and then 32 to 512 KiB
		if l.room != nil {
			err = l.large(func() error { n, err = l.makeOf(size + l.rnd.IntN(size)); return err })
			return n, err
		}
	}
	return l.makeOf(size + l.rnd.IntN(size))
}

// makeOf is make with a payload of size bytes.
func (l *listing) makeOf(size int) (n arena.Ptr[node], err error) {
	if n, err = arena.New[node](l.a); err != nil {
		return n, err
	}
	data, err := arena.NewSlice[byte](l.a, size)
	if err != nil {
		return n, err
	}
	v := n.In(l.a)
	v.Data, v.Key, v.Maker = data, l.rnd.Uint64(), uint64(l.me)
	replay.Fill(data.In(l.a), v.Key)
	l.t.Allocated.Add(2)
	l.t.Ops.Add(2)
	return n, nil
}

// consume compares and frees a whole list.
func (l *listing) consume(n arena.Ptr[node]) error {
	for n.Offset() != 0 {
		v := n.In(l.a)
		data := v.Data.In(l.a)
		if at := replay.Differs(data, v.Key); at >= 0 {
			return fmt.Errorf("byte %d of a block of %d bytes at offset %#x, made by process %d, is not what was written", at, len(data), v.Data.Offset(), v.Maker)
		}
		next, maker := v.Next, v.Maker
		if l.h != nil { // in this order: at any moment one of both leads to what is left
			l.h.Now.Store(n)
			l.h.Rest.Store(next)
		}
		l.t.Compared.Add(uint64(len(data)))
		if err := errors.Join(v.Data.Free(l.a), n.Free(l.a)); err != nil {
			return err
		}
		l.t.Freed.Add(2)
		l.t.Ops.Add(2)
		if maker != uint64(l.me) {
			l.t.Foreign.Add(2)
		}
		n = next
	}
	return nil
}

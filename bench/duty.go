package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"usarena/arena"
	"usarena/internal/worker"
	"usarena/sync"
)

const pairKind = "bench-pair"

func init() { worker.Register(pairKind, pairWorker) }

// What two workers of W9 do together.
const (
	doContend = "contend"
	doPass    = "pass"
	doMarch   = "march"
	doCrowd   = "crowd"
)

// free is the place of a worker that may run on any CPU.
const free = -1

// task is what two workers are to do: what, where each of them runs (as the
// first or second worker, or free), and how much work is inside and outside the
// lock.
type task struct {
	Do              string
	Places          [2]int
	Inside, Outside uint32
	Goroutines      int // of a crowd, in each process
	For             time.Duration
}

// duty is the task of one of them.
type duty struct {
	task
	Arena      string
	Worker     int
	Table      arena.Offset
	Lock       arena.Offset
	Ping, Pong arena.Offset // semaphores: the first worker's and the second's
	Barrier    arena.Offset
}

// prepare makes what the two workers share.
func prepare(a *arena.Arena, k task) (duty, error) {
	d := duty{task: k, Arena: a.Name()}
	var err error
	if d.Table, err = a.Memalign(64, tableSize); err != nil {
		return d, err
	}
	clear(a.Bytes(d.Table, tableSize))
	l, err1 := sync.NewLock(a)
	p, err2 := sync.NewSema(a, 0)
	q, err3 := sync.NewSema(a, 0)
	b, err4 := sync.NewBarrier(a)
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return d, err
	}
	d.Lock, d.Ping, d.Pong, d.Barrier = l.Offset(), p.Offset(), q.Offset(), b.Offset()
	return d, nil
}

// pairWorker is one of two workers of W9.
func pairWorker(s *worker.Side) error {
	var d duty
	if err := s.Spec(&d); err != nil {
		return err
	}
	if place := d.Places[d.Worker]; place != free {
		pin(place)
	}
	a, err := arena.Join(d.Arena)
	if err != nil {
		return err
	}
	if err := s.Ready(); err != nil {
		return err
	}
	got, err := d.run(a)
	if err != nil {
		return fmt.Errorf("%s: %w", d.Do, err)
	}
	return errors.Join(s.Tell(got), a.Close())
}

func (d duty) run(a *arena.Arena) (tally, error) {
	t := tableAt(a, d.Table)
	l, err1 := sync.LockAt(a, d.Lock)
	p, err2 := sync.SemaAt(a, d.Ping)
	q, err3 := sync.SemaAt(a, d.Pong)
	b, err4 := sync.BarrierAt(a, d.Barrier)
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return tally{}, err
	}
	switch {
	case d.Do == doContend:
		return contend(l, t, d)
	case d.Do == doPass && d.Worker == 0:
		return ping(p, q, t, d)
	case d.Do == doPass:
		return pong(q, p, t)
	case d.Do == doMarch:
		return march(b, t, d)
	case d.Do == doCrowd:
		return crowd(l, t, d)
	}
	return tally{}, errors.New("no worker can do this")
}

// outcome is what both did, and how often the lock went from one to the other.
type outcome struct {
	tallies []tally
	changes uint64
}

// grace is how much longer than planned a task may take before it counts as hung.
var grace = time.Minute

// paired has two processes do a task on an arena of their own.
func paired(ctx context.Context, k task) (o outcome, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, k.For+grace, fmt.Errorf("%s at %v has hung", k.Do, k.Places))
	defer cancel()
	a, remove, err := sparse()
	if err != nil {
		return o, err
	}
	defer func() { err = errors.Join(err, remove()) }()
	d, err := prepare(a, k)
	if err != nil {
		return o, err
	}
	other := d
	other.Worker = 1
	if o.tallies, err = worker.Together[tally](ctx, pairKind, []duty{d, other}); err != nil {
		return o, errors.Join(context.Cause(ctx), err)
	}
	t := tableAt(a, d.Table)
	o.changes = t.changes
	if k.Do == doContend || k.Do == doCrowd {
		err = t.settle(o.count())
	}
	return o, err
}

// count is what both did together.
func (o outcome) count() uint64 { return o.tallies[0].Count + o.tallies[1].Count }

// seconds are how long both took.
func (o outcome) seconds() float64 {
	return length([]span{o.tallies[0].span, o.tallies[1].span}).Seconds()
}

// round is how many microseconds a round of the first worker took.
func (o outcome) round() float64 {
	t := o.tallies[0]
	return micros(time.Duration(t.End-t.Start)) / float64(t.Count)
}

// poorer is the part of all that the one had that got less.
func (o outcome) poorer() float64 {
	return float64(min(o.tallies[0].Count, o.tallies[1].Count)) / float64(o.count())
}

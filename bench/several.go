package bench

import (
	"context"
	"errors"
	"slices"
	"time"

	"usarena/arena"
	"usarena/config"
	"usarena/internal/replay"
	"usarena/internal/scratch"
	"usarena/internal/worker"
)

// The kinds of workers.
const (
	aloneKind = "bench-alone"
	shareKind = "bench-share"
	ringKind  = "bench-ring"
	joinKind  = "bench-join"
)

func init() {
	worker.Register(aloneKind, aloneWorker)
	worker.Register(shareKind, shareWorker)
	worker.Register(ringKind, ringWorker)
	worker.Register(joinKind, joinWorker)
}

// part is what one worker is to do.
type part struct {
	Arena    string
	Workload string // alone
	Worker   int
	Count    uint64
	Ops      uint64       // W11
	Ring     arena.Offset // ring
	Null     bool
}

// span is when a worker worked, on the clock of all processes.
type span struct{ Start, End int64 }

// length is from the first start to the last end.
func length(s []span) time.Duration {
	first := slices.MinFunc(s, func(a, b span) int { return int(a.Start - b.Start) })
	last := slices.MaxFunc(s, func(a, b span) int { return int(a.End - b.End) })
	return time.Duration(last.End - first.Start)
}

// begin is the common start of the workers that work at the same time.
func begin(s *worker.Side) (a *arena.Arena, p part, err error) {
	if err = s.Spec(&p); err != nil {
		return nil, p, err
	}
	pin(p.Worker)
	a, err = arena.Join(p.Arena)
	return a, p, err
}

// shareWorker is one worker of W5.
func shareWorker(s *worker.Side) error {
	a, p, err := begin(s)
	if err != nil {
		return err
	}
	c, err := newChurn(a, smallMix, p.Worker)
	if err != nil {
		return err
	}
	if err := s.Ready(); err != nil {
		return err
	}
	start := replay.Monotonic()
	if err := c.run(int(p.Count)); err != nil {
		return err
	}
	return errors.Join(s.Tell(span{start, replay.Monotonic()}), c.drain(), a.Close())
}

// ringWorker is the producer (worker 0) or the consumer of W6.
func ringWorker(s *worker.Side) error {
	a, p, err := begin(s)
	if err != nil {
		return err
	}
	q := ringAt(a, p.Ring)
	if err := s.Ready(); err != nil {
		return err
	}
	start := replay.Monotonic()
	switch {
	case p.Null && p.Worker == 0:
		produceNull(q, newRandom(0), p.Count)
	case p.Null:
		consumeNull(q, p.Count)
	case p.Worker == 0:
		err = produce(a, q, newRandom(0), p.Count)
	default:
		err = consume(a, q, p.Count)
	}
	return errors.Join(err, s.Tell(span{start, replay.Monotonic()}), a.Close())
}

// joinWorker is the fresh process of W8.
func joinWorker(s *worker.Side) error {
	var p part
	if err := s.Spec(&p); err != nil {
		return err
	}
	start := time.Now()
	a, err := arena.Join(p.Arena)
	if err != nil {
		return err
	}
	b, err := a.Malloc(64)
	if err != nil {
		return err
	}
	*word(a, b) = 1
	took := time.Since(start)
	return errors.Join(s.Tell(took), a.Free(b), a.Close())
}

// sparse makes the arena that all workloads run on.
func sparse() (*arena.Arena, func() error, error) {
	return scratch.Create("bench", config.Config{NoReserve: true})
}

// shared measures W5's throughput with so many workers.
func shared(ctx context.Context, workers int, ops uint64) (perSecond float64, err error) {
	a, remove, err := sparse()
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, remove()) }()
	parts := make([]part, workers)
	for i := range parts {
		parts[i] = part{Arena: a.Name(), Worker: i, Count: ops}
	}
	spans, err := worker.Together[span](ctx, shareKind, parts)
	if err != nil {
		return 0, err
	}
	return float64(ops) * float64(workers) / length(spans).Seconds(), nil
}

// passed measures W6's items a second.
func passed(ctx context.Context, items uint64, null bool) (perSecond float64, err error) {
	a, remove, err := sparse()
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, remove()) }()
	q, err := a.Memalign(64, ringSize)
	if err != nil {
		return 0, err
	}
	clear(a.Bytes(q, ringSize))
	p := part{Arena: a.Name(), Count: items, Ring: q, Null: null}
	other := p
	other.Worker = 1
	spans, err := worker.Together[span](ctx, ringKind, []part{p, other})
	if err != nil {
		return 0, err
	}
	return float64(items) / length(spans).Seconds(), nil
}

// crowded makes the arena of W8.
func crowded() (*arena.Arena, func() error, error) {
	a, remove, err := sparse()
	if err != nil {
		return nil, nil, err
	}
	m := smallMix
	m.slots = residents
	if _, err := newChurn(a, m, 0); err != nil {
		return nil, nil, errors.Join(err, remove())
	}
	return a, remove, nil
}

// joined measures one fresh process of W8: until it has written, and from its
// start to its end.
func joined(ctx context.Context, name string) (attach, whole time.Duration, err error) {
	start := time.Now()
	p, err := worker.Start(ctx, joinKind, part{Arena: name})
	if err != nil {
		return 0, 0, err
	}
	defer p.Kill()
	if err := p.Hear(&attach); err != nil {
		return 0, 0, err
	}
	err = p.Wait()
	return attach, time.Since(start), err
}

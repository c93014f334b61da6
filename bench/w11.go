package bench

import (
	"context"
	"errors"
	"fmt"

	"usarena/config"
	"usarena/internal/scratch"
	"usarena/internal/worker"
)

const scaleKind = "bench-scale"

func init() { worker.Register(scaleKind, scaleWorker) }

// scales are the arenas of W11. Room is what a live block takes there of MaxSize, in
// bytes; 0 is an arena that hardly anything is used of.
var scales = []scale{
	{"live_1e3", 1000, 320, 8, 0, false},
	{"live_1e5", 100_000, 320, 8, 0, false},
	{"live_1e7", 10_000_000, 320, 8, 0, false},
	{"beside_1e3", 1000, 320, 8, 0, true},
	{"beside_1e5", 100_000, 320, 8, 0, true},
	{"beside_1e7", 10_000_000, 320, 8, 0, true},
	{"users_1", 1000, 0, 1, 1 << 30, false},
	{"users_8", 1000, 0, 8, 1 << 30, false},
	{"users_1000", 1000, 0, 1000, 1 << 30, false},
	{"size_1MiB", 1000, 0, 8, 1 << 20, false},
	{"size_1GiB", 1000, 0, 8, 1 << 30, false},
	{"size_16GiB", 1000, 0, 8, 16 << 30, false},
}

type scale struct {
	name  string
	slots int
	room  uint64
	users int
	size  uint64

	beside bool // another user is attached, who could want what a heap holds
}

// ScaleMost is the most live blocks of W11, ScaleOps how many are replaced.
var ScaleMost, ScaleOps = 10_000_000, 2_000_000

// w11 is the churn of W3 as the work and the arena grow. The bare operations do not
// look at the blocks: what the difference costs is the program's own cache misses.
func w11(ctx context.Context, r *results) error {
	for _, s := range scales {
		if s.slots <= ScaleMost {
			if err := s.measure(ctx, r); err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
		}
	}
	return nil
}

func (s scale) measure(ctx context.Context, r *results) (err error) {
	size := s.size
	if s.room > 0 {
		size = uint64(s.slots)*s.room + 1<<20
	}
	a, remove, err := scratch.Create("bench", config.Config{NoReserve: true, Size: 1 << 20, MaxSize: config.Size(size), Users: s.users})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	if !s.beside {
		if err := a.Close(); err != nil {
			return err
		}
	}
	lists, err := worker.Together[[2]float64](ctx, scaleKind, []part{{Arena: a.Name(), Count: uint64(s.slots), Ops: uint64(ScaleOps)}})
	if err != nil {
		return err
	}
	r.add(Ours, s.name+"_ns", lists[0][0], "ns")
	r.add(Ours, s.name+"_bare_ns", lists[0][1], "ns")
	return a.Close()
}

func scaleWorker(s *worker.Side) error {
	a, p, err := begin(s)
	if err != nil {
		return err
	}
	m := smallMix
	m.slots = int(p.Count)
	if a.Stats().MaxSize <= 1<<20 {
		m.oct = 5 // so that 1000 blocks fit
	}
	c, err := newChurn(a, m, p.Worker)
	if err != nil {
		return err
	}
	if err := s.Ready(); err != nil {
		return err
	}
	var ns [2]float64
	for i, run := range []func(int) error{c.run, c.runBare} {
		if err := run(int(p.Ops) / 10); err != nil { // warm
			return err
		}
		n, took, err := timed(int(p.Ops), opsCap, run)
		if err != nil {
			return err
		}
		ns[i] = float64(took.Nanoseconds()) / float64(n)
	}
	return errors.Join(s.Tell(ns), c.drain(), a.Close())
}

// runBare is run without a look at the blocks.
func (c *churn) runBare(n int) error {
	a, r, slots := c.a, c.r, c.slots
	for range n {
		s := &slots[below(r.next(), uint64(len(slots)))]
		if err := a.Free(s.p); err != nil {
			return err
		}
		size := logUniform(r.next(), c.lo, c.oct)
		p, err := a.Malloc(size)
		if err != nil {
			return err
		}
		*s = slot{p, size}
	}
	c.r = r
	return nil
}

package linear

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/anishathalye/porcupine"

	"usarena/arena"
	"usarena/config"
	"usarena/internal/replay"
	"usarena/internal/scratch"
	"usarena/internal/worker"
	"usarena/sync"
)

// shapes are how many processes play with how many players each. In a hot history
// two processes play as fast as they can.
var (
	shapes    = []shape{{2, 1}, {3, 1}, {4, 1}, {2, 2}, {3, 2}}
	hotShapes = []shape{{2, 1}, {2, 1}, {2, 2}}
)

type shape struct{ procs, threads int }

// match is one history as it is played.
type match struct {
	name    string
	g       game
	a       *arena.Arena
	b       *board
	board   arena.Offset
	procs   []*worker.Proc
	threads int
	units   int
	victim  int  // -1: all live
	soon    bool // the victim is recovered before anybody goes on
	died    fate
}

// play plays a game once.
func play(ctx context.Context, name string, seed uint64, deadly, fast bool) (m *match, ops []porcupine.Operation, err error) {
	g, rnd := games[name], rand.New(rand.NewPCG(seed, 0))
	shape, many, late := shapes[rnd.IntN(len(shapes))], uint64(calls), int64(2_500_000)
	if fast {
		shape, many, late = hotShapes[rnd.IntN(len(hotShapes))], hot, 100_000
	}
	if g.alone {
		shape.threads = 1
	}
	a, remove, err := scratch.Create("linear", config.Config{Users: procs + 2, MaxSize: 8 << 20})
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, remove()) }()
	m = &match{name: name, g: g, a: a, threads: shape.threads, units: g.unitsOf(rnd, shape, deadly), victim: -1}
	if err := m.lay(); err != nil {
		return m, nil, err
	}
	defer func() {
		for _, p := range m.procs {
			p.Kill()
		}
	}()
	afterwards := uint64(0)
	if deadly {
		m.victim, m.soon = rnd.IntN(shape.procs), rnd.IntN(3) == 0
		if rnd.IntN(3) > 0 {
			afterwards = after
		}
	}
	for i := range shape.procs {
		me := seat{
			Arena: a.Name(), Board: m.board, Game: name, Proc: i, Threads: m.threads, Players: shape.procs * m.threads,
			Units: m.units, Seed: seed, Calls: many, Deadly: deadly, After: afterwards,
		}
		if i == m.victim {
			me.Dies = 1000 + rnd.Int64N(late)
		}
		p, err := worker.Start(ctx, playerKind, me)
		if err != nil {
			return m, nil, err
		}
		m.procs = append(m.procs, p)
	}
	if err := m.run(ctx); err != nil {
		return m, nil, err
	}
	ops, err = operations(m.b, g, m.threads, m.died)
	return m, ops, err
}

// lay makes the board and what lies on it.
func (m *match) lay() error {
	p, err := arena.New[board](m.a)
	if err != nil {
		return err
	}
	m.board, m.b = p.Offset(), p.In(m.a)
	var opts []sync.SemaOption
	if m.g.undo {
		opts = append(opts, sync.Undo)
	}
	l, err0 := sync.NewLock(m.a)
	s, err1 := sync.NewSema(m.a, m.units, opts...)
	q, err2 := sync.NewPollSema(m.a, m.units)
	x, err3 := sync.NewBarrier(m.a)
	r, err4 := sync.NewRWLock(m.a)
	c, err5 := sync.NewCondition(m.a)
	if err := errors.Join(err0, err1, err2, err3, err4, err5); err != nil {
		return fmt.Errorf("the objects of a game: %w", err)
	}
	b := m.b
	b.Lock, b.Sema, b.Poll, b.Barrier, b.RW, b.Cond = l.Ref(), s.Ref(), q.Ref(), x.Ref(), r.Ref(), c.Ref()
	b.Count.Store(int64(m.units))
	return nil
}

// run lets all begin, buries the victim, and judges.
func (m *match) run(ctx context.Context) error {
	var ready bool
	for _, p := range m.procs {
		if err := p.Hear(&ready); err != nil {
			return err
		}
	}
	for _, p := range m.procs {
		if err := p.Tell(true); err != nil {
			return err
		}
	}
	if m.victim >= 0 {
		if err := m.bury(ctx); err != nil {
			return err
		}
	}
	for i, p := range m.procs {
		if err := error(nil); i != m.victim {
			if err = p.Hear(&ready); err != nil {
				return err
			}
		}
	}
	if _, err := m.a.Recover(ctx); err != nil {
		return err
	}
	if m.died.recovered == 0 {
		m.died.recovered = replay.Monotonic()
	}
	p, err := sit(m.a, seat{Board: m.board, Game: m.name, Proc: judge, Threads: 1, Units: m.units}, 0)
	if err == nil {
		err = m.g.last(p)
	}
	if err != nil {
		return fmt.Errorf("the judge: %w", err)
	}
	for i, p := range m.procs {
		if i != m.victim {
			p.Kill()
		}
	}
	if _, err := m.a.Recover(ctx); err != nil {
		return err
	}
	for _, f := range m.a.Check().Findings {
		err = errors.Join(err, fmt.Errorf("check: %s at %#x: %s", f.Kind, f.Offset, f.Detail))
	}
	return err
}

// bury waits for the victim's end, which must be a violent one.
func (m *match) bury(ctx context.Context) error {
	var done bool
	err := m.procs[m.victim].Hear(&done)
	if err == nil || !strings.Contains(err.Error(), "signal: killed") || m.b.Shot.Load() == 0 {
		return fmt.Errorf("the victim has not been killed: %v", err)
	}
	m.died = fate{proc: m.victim, from: m.b.Shot.Load(), to: replay.Monotonic()}
	if err = nil; m.soon {
		_, err = m.a.Recover(ctx)
		m.died.recovered = replay.Monotonic()
	}
	m.b.Gone.Store(1)
	return err
}

// tale tells a history in the order in which calls began.
func tale(ops []porcupine.Operation) string {
	var b strings.Builder
	slices.SortFunc(ops, func(x, y porcupine.Operation) int { return int(x.Call - y.Call) })
	for _, o := range ops {
		end := "never"
		if o.Return != never {
			end = time.Duration(o.Return - ops[0].Call).String()
		}
		fmt.Fprintf(&b, "%v to %s: %s\n", time.Duration(o.Call-ops[0].Call), end, describe(o.Input.(input), o.Output.(output)))
	}
	return b.String()
}

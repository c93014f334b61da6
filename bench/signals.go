package bench

import (
	"context"
	"time"

	"usarena/internal/replay"
	"usarena/sync"
)

// The first worker of a pair leads: it finds out that the time is over and
// announces the last round, which the other one finds on the table after that
// round. A tenth of the time warms up and is not counted.

// rounds is the leader's account of time.
type rounds struct {
	began time.Time
	warm  time.Duration
	whole time.Duration
	got   tally
}

func newRounds(d time.Duration) *rounds {
	return &rounds{began: time.Now(), warm: d / 10, whole: d + d/10}
}

// over is asked before each round of the leader. It looks at the clock now and
// then.
func (r *rounds) over(n uint64) bool {
	if n%16 != 1 {
		return false
	}
	took := time.Since(r.began)
	if r.got.Start == 0 && took >= r.warm {
		r.got = tally{span: span{Start: replay.Monotonic()}, Count: n - 1}
	}
	return took >= r.whole
}

// end is the tally after n rounds.
func (r *rounds) end(n uint64) tally {
	r.got.End = replay.Monotonic()
	r.got.Count = n - r.got.Count
	return r.got
}

// ping leads a pair that passes the turn to and fro through two semaphores.
func ping(mine, other *sync.Sema, t *table, d duty) (tally, error) {
	ctx := context.Background()
	t.meet()
	r := newRounds(d.For)
	for n := uint64(1); ; n++ {
		last := r.over(n)
		if last {
			t.end.Store(n)
		}
		if err := other.V(); err != nil {
			return tally{}, err
		}
		if err := mine.P(ctx); err != nil {
			return tally{}, err
		}
		if last {
			return r.end(n), nil
		}
	}
}

// pong is the other one.
func pong(mine, other *sync.Sema, t *table) (tally, error) {
	ctx := context.Background()
	t.meet()
	for n := uint64(1); ; n++ {
		if err := mine.P(ctx); err != nil {
			return tally{}, err
		}
		last := t.end.Load() == n
		if err := other.V(); err != nil {
			return tally{}, err
		}
		if last {
			return tally{Count: n}, nil
		}
	}
}

// march is a barrier of two, again and again.
func march(b *sync.Barrier, t *table, d duty) (tally, error) {
	ctx := context.Background()
	t.meet()
	r := newRounds(d.For)
	for n := uint64(1); ; n++ {
		if d.Worker == 0 && r.over(n) {
			t.end.Store(n)
		}
		if err := b.Wait(ctx, 2); err != nil {
			return tally{}, err
		}
		if t.end.Load() == n {
			return r.end(n), nil
		}
	}
}

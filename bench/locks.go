package bench

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"usarena/internal/replay"
	"usarena/sync"
)

// sections locks and unlocks a lock that nobody else wants, n times.
func sections(l *sync.Lock, n int) error {
	ctx := context.Background()
	for range n {
		if err := l.Lock(ctx); err != nil {
			return err
		}
		if err := l.Unlock(); err != nil {
			return err
		}
	}
	return nil
}

func sectionsNull(l *nullLock, n int) error {
	ctx := context.Background()
	for range n {
		if err := l.Lock(ctx); err != nil {
			return err
		}
		if err := l.Unlock(); err != nil {
			return err
		}
	}
	return nil
}

// sectionsCAS is the least that a lock can be: no owner, no waiting, nothing
// after a death.
func sectionsCAS(word *atomic.Uint32, n int) error {
	for range n {
		if !word.CompareAndSwap(0, 1) {
			return errors.New("the word that one loop alone uses is taken")
		}
		word.Store(0)
	}
	return nil
}

// tally is what one of two workers did.
type tally struct {
	span
	Count   uint64 // how often
	Least   uint64 // of the goroutines of a crowd: how often the one did that got the least
	Threads int    // of a crowd: how many more than before
}

// contend goes through one lock again and again until the time is over for one
// of the two that do. The work inside and outside is in turns of spin.
func contend(l *sync.Lock, t *table, d duty) (tally, error) {
	ctx := context.Background()
	t.meet()
	got, x := tally{span: span{Start: replay.Monotonic()}}, uint32(1)
	for start := time.Now(); t.end.Load() == 0; got.Count++ {
		if got.Count%256 == 0 && time.Since(start) >= d.For {
			t.end.Store(1)
		}
		if err := l.Lock(ctx); err != nil {
			return got, err
		}
		t.enter(uint64(d.Worker)+1, d.Inside)
		if err := l.Unlock(); err != nil {
			return got, err
		}
		x = spin(x, d.Outside)
	}
	got.End = replay.Monotonic()
	return got, nil
}

package sync_test

import (
	"context"
	"errors"
	"runtime"
	gosync "sync"
	"testing"
	"time"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/config"
	"usarena/sync"
)

// Goroutines use everything while the arena is closed under them: no call faults
// or stays, and each ends with ErrClosed. What they hold then is another's.
func TestCloseUnderEverything(t *testing.T) {
	for round := range 12 {
		cfg := &config.Config{LockType: []config.LockType{config.NoDebug, config.DebugPlus}[round%2]}
		a := arenatest.New(t, cfg)
		must(t, sync.History(a).On())
		l, cl, c := newLock(t, a), newLock(t, a), newCondition(t, a)
		s, u, bar, rw := newSema(t, a, 1), newSema(t, a, 1, sync.Undo), newBarrier(t, a), newRW(t, a)
		p := newPoll(t, a, 1)
		ends := map[string]func() error{
			"lock":    both(l.Lock, l.Unlock),
			"release": both(l.Lock, l.Release),
			"try": func() error {
				got, err := l.TryLock(5)
				if got {
					err = errors.Join(err, l.Unlock())
				}
				return err
			},
			"sema": both(s.P, s.V),
			"undo": both(u.P, u.V),
			"poll": func() error {
				got, err := p.P()
				if err == nil && !got {
					select {
					case <-p.C():
					case <-time.After(time.Millisecond):
					}
				}
				if errors.Is(err, sync.ErrQueued) {
					err = nil
				}
				return errors.Join(err, p.V())
			},
			"barrier": func() error { return bar.Wait(bg, 2) },
			"meet":    func() error { return bar.Wait(bg, 2) },
			"write":   both(rw.Lock, rw.Unlock),
			"read":    both(rw.RLock, rw.RUnlock),
			"wait": func() error {
				if err := cl.Lock(bg); err != nil {
					return err
				}
				ctx, cancel := context.WithTimeout(bg, time.Millisecond)
				defer cancel()
				err := c.Wait(ctx, cl)
				if errors.Is(err, context.DeadlineExceeded) {
					err = nil
				}
				return errors.Join(err, cl.Unlock())
			},
			"signal": c.Signal,
			"setup": func() error {
				_, err := sync.Setup(bg, a, func(*made) error { return errNotYet })
				if err == errNotYet {
					return nil
				}
				return err
			},
			"make": func() error {
				x, err := sync.NewBarrier(a)
				if err != nil {
					return err
				}
				return x.Free()
			},
		}
		var wg gosync.WaitGroup
		for name, f := range ends {
			wg.Go(func() {
				for {
					if err := f(); err != nil {
						// A lock of which Close has told may be the next one's already.
						if !errors.Is(err, arena.ErrClosed) {
							t.Errorf("%s: %v", name, err)
						}
						return
					}
				}
			})
		}
		time.Sleep(time.Duration(round) * 2 * time.Millisecond)
		a.Close() // names locks that were held just then
		wg.Wait()
		runtime.GC()
	}
}

// both takes and gives, if it could take.
func both(take func(context.Context) error, give func() error) func() error {
	return func() error {
		if err := take(bg); err != nil {
			return err
		}
		return give()
	}
}

var errNotYet = errors.New("not yet")

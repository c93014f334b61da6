package bench

import (
	"context"
	"fmt"
	"os"
	"strings"
	gosync "sync"
	"sync/atomic"
	"time"

	"usarena/internal/replay"
	"usarena/sync"
)

// local has so many goroutines of this process go through one lock, n times in
// all.
func local(l *sync.Lock, goroutines, n int) error {
	return together(goroutines, n, func(share int, inside *uint64) error {
		ctx := context.Background()
		for range share {
			if err := l.Lock(ctx); err != nil {
				return err
			}
			*inside++
			if err := l.Unlock(); err != nil {
				return err
			}
		}
		return nil
	})
}

// localMutex is the same with the mutex of the standard library.
func localMutex(m *gosync.Mutex, goroutines, n int) error {
	return together(goroutines, n, func(share int, inside *uint64) error {
		for range share {
			m.Lock()
			*inside++
			m.Unlock()
		}
		return nil
	})
}

// together divides n sections among goroutines, each of which counts them inside
// the lock.
func together(goroutines, n int, run func(share int, inside *uint64) error) error {
	var done gosync.WaitGroup
	var inside uint64
	errs := make(chan error, goroutines)
	for i := range goroutines {
		share := n / goroutines
		if i < n%goroutines {
			share++
		}
		done.Go(func() { errs <- run(share, &inside) })
	}
	done.Wait()
	for range goroutines {
		if err := <-errs; err != nil {
			return err
		}
	}
	return (&table{total: inside}).settle(uint64(n))
}

// crowd has many goroutines of each of two processes go through one lock. It
// says how many threads that made, and how often the goroutine that got the
// least was inside.
func crowd(l *sync.Lock, t *table, d duty) (tally, error) {
	ctx := context.Background()
	before, err := threads()
	if err != nil {
		return tally{}, err
	}
	t.meet()
	type turn struct {
		n, late uint64
		err     error
	}
	ended := make(chan turn, d.Goroutines)
	got := tally{span: span{Start: replay.Monotonic()}}
	var stop atomic.Bool
	for range d.Goroutines {
		go func() {
			var mine turn
			for mine.err == nil && !stop.Load() {
				if mine.err = l.Lock(ctx); mine.err != nil {
					break
				}
				if stop.Load() {
					mine.late++ // everybody gets a turn in the end, which proves nothing
				} else {
					mine.n++
				}
				t.enter(uint64(d.Worker)+1, d.Inside)
				mine.err = l.Unlock()
			}
			ended <- mine
		}()
	}
	time.Sleep(d.For)
	after, err := threads() // they do not end before their process
	stop.Store(true)
	for i := range d.Goroutines {
		g := <-ended
		if err == nil {
			err = g.err
		}
		got.Count += g.n + g.late
		if i == 0 || g.n < got.Least {
			got.Least = g.n
		}
	}
	got.End, got.Threads = replay.Monotonic(), after-before
	return got, err
}

// threads is how many threads this process has.
func threads() (n int, err error) {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(text), "\nThreads:")
	if _, err := fmt.Sscan(rest, &n); err != nil {
		return 0, fmt.Errorf("/proc/self/status says no number of threads: %w", err)
	}
	return n, nil
}

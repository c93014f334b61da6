package sync_test

import (
	"errors"
	gosync "sync"
	"testing"

	"usarena/arena/arenatest"
	"usarena/sync"
)

// Plain Go variables that goroutines of one process share under objects of an
// arena. The race detector sees no mapped memory; what the objects order it is
// told, and so it reports nothing here.
func TestPlainVariables(t *testing.T) {
	const each, crew = 300, 4
	a := arenatest.New(t)
	l, s, u, rw, bar, p := newLock(t, a), newSema(t, a, 1), newSema(t, a, 1, sync.Undo), newRW(t, a), newBarrier(t, a), newPoll(t, a, 1)
	kept, err := sync.NewKeptLock(a)
	must(t, err)
	game := func(name string, turn func(i int, n *int) error) {
		t.Helper()
		n := 0
		var wg gosync.WaitGroup
		for i := range crew {
			wg.Go(func() {
				for range each {
					if err := turn(i, &n); err != nil {
						t.Errorf("%s: %v", name, err)
						return
					}
				}
			})
		}
		wg.Wait()
		if n != crew*each {
			t.Errorf("%s: counted %d, want %d", name, n, crew*each)
		}
	}
	under := func(take func() error, give func() error) func(int, *int) error {
		return func(_ int, n *int) error {
			if err := take(); err != nil {
				return err
			}
			*n++
			return give()
		}
	}
	game("lock", under(func() error { return l.Lock(bg) }, l.Unlock))
	game("release", under(func() error { return kept.Lock(bg) }, kept.Release))
	game("try", under(func() error {
		for {
			if got, err := l.TryLock(100); got || err != nil {
				return err
			}
		}
	}, l.Unlock))
	game("sema", under(func() error { return s.P(bg) }, s.V))
	game("undo", under(func() error { return u.P(bg) }, u.V))
	game("try p", under(func() error {
		for {
			if got, err := s.TryP(); got || err != nil {
				return err
			}
		}
	}, s.V))
	game("write", under(func() error { return rw.Lock(bg) }, rw.Unlock))
	game("do", func(_ int, n *int) error { return l.Do(bg, func(bool) error { *n++; return nil }) })
	game("read", func(i int, n *int) error {
		if i > 0 {
			if err := rw.RLock(bg); err != nil {
				return err
			}
			_ = *n
			return rw.RUnlock()
		}
		if err := rw.Lock(bg); err != nil {
			return err
		}
		*n += crew
		return rw.Unlock()
	})
	game("barrier", func(i int, n *int) error { // one writes, then all read
		if i == 0 {
			*n += crew
		}
		if err := bar.Wait(bg, crew); err != nil {
			return err
		}
		_ = *n
		return bar.Wait(bg, crew)
	})
	var queue gosync.Mutex // a process queues once at a time
	game("pollsema", func(_ int, n *int) error {
		queue.Lock()
		got, err := p.P()
		if !got && err == nil {
			<-p.C()
		}
		queue.Unlock()
		*n++
		return errors.Join(err, p.V())
	})
	ran := 0 // Setup: f may run again, and whoever gets the datum sees what it did
	var wg gosync.WaitGroup
	for range crew {
		wg.Go(func() {
			for {
				_, err := sync.Setup(bg, a, func(*made) error {
					if ran++; ran < 3 {
						return errNotYet
					}
					return nil
				})
				if err == nil {
					_ = ran
					return
				}
			}
		})
	}
	wg.Wait()
	if ran != 3 {
		t.Errorf("set up %d times, want 3", ran)
	}
}

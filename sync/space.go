package sync

import (
	gosync "sync"
	"sync/atomic"
	"time"

	"usarena/arena"
	"usarena/internal/robust"
)

// space is what this package keeps of one arena in this process: beside the
// table of objects a watchman for goroutines that sleep without a timer.
type space struct {
	t *robust.Table

	mu      gosync.Mutex
	watched map[*gate]struct{}
	running bool

	setupLock *mutex                      // see setup.go
	ringer    ringer                      // see pollwait.go
	giving    gosync.Mutex                // V of pollable semaphores, one at a time
	misuse    atomic.Pointer[func(error)] // see OnMisuse
}

// spaceOf is the arena's space; errors as of any call on a.
func spaceOf(a *arena.Arena) (*space, error) {
	t, err := a.Objects()
	if err != nil {
		return nil, err
	}
	return t.Local(func() any { return &space{t: t, watched: map[*gate]struct{}{}} }).(*space), nil
}

// watch has g's front told to look every quantum for as long as somebody is in
// its queue. A front that sleeps in Go is told by its own process when there is
// something to see; the watchman covers what others do.
func (s *space) watch(g *gate) {
	if g.watched.Load() {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watched[g] = struct{}{}
	g.watched.Store(true)
	if !s.running {
		s.running = true
		go s.watchman()
	}
}

func (s *space) watchman() {
	tick := time.NewTicker(quantum)
	defer tick.Stop()
	for range tick.C {
		s.mu.Lock()
		for g := range s.watched {
			if g.state.Load() == 0 {
				delete(s.watched, g)
				g.watched.Store(false)
				continue
			}
			g.kick()
		}
		if s.t.Closed() { // Shut tells all; who faulted in a queue is counted there for ever
			for g := range s.watched {
				g.tellAll()
			}
			clear(s.watched)
		}
		s.running = len(s.watched) > 0
		stop := !s.running
		s.mu.Unlock()
		if stop {
			return
		}
	}
}

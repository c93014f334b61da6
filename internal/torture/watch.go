package torture

import (
	"sync"
	"sync/atomic"
	"time"
)

// watch looks all the time how long each survivor has finished nothing. Its
// figure counts from the latest finished operation, not from the kill, so that it
// is rather too long.
type watch struct {
	l       *ledger
	seats   []seat
	calm    atomic.Bool  // nobody has been killed yet
	resumed atomic.Int64 // when the latest pause ended; far ahead during one
	mu      sync.Mutex
	longest [2]time.Duration // with kills, without
	phase   uint32
	quit    chan struct{}
	done    chan struct{}
}

// never is a time that does not come.
const never = 1 << 62

func newWatch(l *ledger, seats []seat) *watch {
	w := &watch{l: l, seats: seats, quit: make(chan struct{}), done: make(chan struct{})}
	w.calm.Store(true)
	w.resumed.Store(never)
	go func() {
		defer close(w.done)
		t := time.NewTicker(time.Millisecond)
		defer t.Stop()
		for {
			select {
			case <-w.quit:
				return
			case <-t.C:
				w.look()
			}
		}
	}()
	return w
}

func (w *watch) close() {
	close(w.quit)
	<-w.done
}

func (w *watch) look() {
	for i := range w.seats {
		x := &w.seats[i]
		if !x.working.Load() {
			continue
		}
		for k := range lanes {
			lane := &w.l.Seats[i].Lanes[k]
			if lane.Run.Load() == 0 {
				continue
			}
			from, phase := max(lane.Last.Load(), x.since.Load(), w.resumed.Load()), lane.Phase.Load()
			gap := time.Duration(now() - from)
			// Killed, stopped or paused since it was looked at, it need not go on.
			if !x.working.Load() || w.resumed.Load() > from {
				continue
			}
			w.note(gap, phase)
		}
	}
}

func (w *watch) note(gap time.Duration, phase uint32) {
	w.mu.Lock()
	defer w.mu.Unlock()
	i := 0
	if w.calm.Load() {
		i = 1
	}
	if gap > w.longest[i] {
		w.longest[i] = gap
		if i == 0 {
			w.phase = phase
		}
	}
}

// worst is the longest time with kills and without, and at what the former was.
func (w *watch) worst() (worst, calm time.Duration, in string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.longest[0], w.longest[1], phaseNames[w.phase]
}

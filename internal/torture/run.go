package torture

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"time"
)

const (
	// MaxProcs is how many processes may work at a time.
	MaxProcs = maxProcs

	calmLeast    = 300 * time.Millisecond // before the first kill, to know what the scheduler does alone
	calmMost     = 3 * time.Second
	killsInRound = 100
	killsInBout  = 200
)

// Options say how long and how hard. The storm ends after For or after Kills,
// whatever comes first; 0 is no such end, and one of them must be given.
type Options struct {
	Procs int
	For   time.Duration
	Kills int
	Seed  uint64 // of random choices; 0 takes the time
	Other string // this program for another word size, of which every second process is made; "" is none

	Every time.Duration  // between two calls of Show
	Show  func(Snapshot) // may be nil
}

// storm is a run from its start to its end. One goroutine does everything but
// watching and starting.
type storm struct {
	o Options
	Snapshot
	l       *ledger
	fd      int
	reserve *reserve
	rnd     *rand.Rand
	seats   []seat
	ended   chan end
	watch   *watch
	start   time.Time
	full    time.Time // when all seats had a process for the first time
	shown   time.Time
	pauses  uint32
	by      [phases]int // kills
	inBout  [phases]int
	told    uint32 // owners that died, of which somebody was told, before this bout
	*bout
}

// Run lets a storm rage. An error says that it could not be done; what is wrong
// with the arena say the findings. When ctx ends it ends early, in order.
func Run(ctx context.Context, o Options) (_ Snapshot, err error) {
	if o.Procs < 2 || o.Procs > MaxProcs {
		return Snapshot{}, fmt.Errorf("torture: %d processes asked for, 2 to %d are possible", o.Procs, MaxProcs)
	}
	if o.For <= 0 && o.Kills <= 0 {
		return Snapshot{}, errors.New("torture: neither a time nor a number of kills to end it")
	}
	if o.Seed == 0 {
		o.Seed = uint64(time.Now().UnixNano())
	}
	l, fd, err := makeLedger()
	if err != nil {
		return Snapshot{}, err
	}
	f := os.NewFile(uintptr(fd), "ledger")
	defer func() { err = errors.Join(err, l.unmap(), f.Close()) }()
	s := &storm{o: o, l: l, fd: int(f.Fd()), rnd: rand.New(rand.NewPCG(o.Seed, 1)), seats: make([]seat, o.Procs), ended: make(chan end, o.Procs), start: time.Now()}
	s.Snapshot.For, s.shown = o.For, s.start
	s.watch = newWatch(l, s.seats)
	defer s.watch.close()
	s.reserve = newReserve(f, o.Other)
	defer s.reserve.close()
	defer s.killAll()
	for {
		if err := s.play(ctx); err != nil {
			return s.snapshot(), err
		}
		if s.over(ctx) {
			return s.snapshot(), nil
		}
	}
}

// calmFor is how long nobody is killed: about a twentieth of the time.
func (s *storm) calmFor() time.Duration {
	return min(max(s.o.For/20, time.Duration(s.o.Kills)*100*time.Microsecond, calmLeast), calmMost)
}

// over says that the storm ends now.
func (s *storm) over(ctx context.Context) bool {
	return ctx.Err() != nil || s.o.For > 0 && time.Since(s.start) >= s.o.For || s.o.Kills > 0 && s.Kills >= s.o.Kills || s.Found >= mostFindings
}

// tell shows how it goes, when it is time.
func (s *storm) tell() {
	if s.o.Show != nil && time.Since(s.shown) >= s.o.Every {
		s.shown = time.Now()
		s.o.Show(s.snapshot())
	}
}

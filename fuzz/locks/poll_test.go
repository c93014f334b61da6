package locks

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"usarena/arena"
	"usarena/config"
	"usarena/internal/replay"
	"usarena/internal/scratch"
	"usarena/internal/worker"
	"usarena/sync"
)

const pollKind = "locks-poller"

func init() { worker.Register(pollKind, pollWork) }

// The phases of a poller.
const (
	pollIdle    uint32 = iota
	pollTaking         // P
	pollQueued         // P said false: the channel will tell
	pollHolding        // it has a unit
	pollGiving         // V
	pollPhases
)

var pollNames = [pollPhases]string{"between calls", "P", "queued", "holding a unit", "V"}

// pollBoard lies in the arena.
type pollBoard struct {
	Sema  sync.PollSemaRef
	Stop  atomic.Uint32
	Pause atomic.Uint32 // nobody begins anything
	Hands [hands]struct {
		Phase  atomic.Uint32
		Paused atomic.Uint32
		Ops    atomic.Uint64
		Waits  atomic.Uint64 // times that it was queued
		Last   atomic.Int64  // when it had a unit last, on the clock of all processes
	}
}

// pollWork takes a unit, waiting for it as a program with other things to do
// would, and gives it back.
func pollWork(s *worker.Side) error {
	var seat seat
	if err := s.Spec(&seat); err != nil {
		return err
	}
	a, err := arena.Join(seat.Arena)
	if err != nil {
		return err
	}
	root, err := arena.Root[pollBoard](a)
	if err != nil {
		return err
	}
	b := root.In(a)
	p, err := b.Sema.In(a)
	if err != nil {
		return err
	}
	me, rnd := &b.Hands[seat.Hand], rand.New(rand.NewPCG(seat.Seed, uint64(seat.Hand)))
	me.Phase.Store(pollIdle)
	if err := s.Ready(); err != nil {
		return err
	}
	for b.Stop.Load() == 0 {
		if b.Pause.Load() != 0 {
			me.Paused.Store(1)
			time.Sleep(100 * time.Microsecond)
			continue
		}
		me.Paused.Store(0)
		me.Phase.Store(pollTaking)
		got, err := p.P()
		if err != nil {
			return err
		}
		if !got {
			me.Waits.Add(1)
			me.Phase.Store(pollQueued)
			select {
			case <-p.C():
			case <-time.After(long):
				return fmt.Errorf("poller %d is queued and never gets a unit", seat.Hand)
			}
		}
		me.Phase.Store(pollHolding)
		me.Last.Store(replay.Monotonic())
		me.Ops.Add(1)
		for i := rnd.IntN(20000); i > 0; i-- {
			me.Phase.Load()
		}
		me.Phase.Store(pollGiving)
		if err := p.V(); err != nil {
			return err
		}
		me.Phase.Store(pollIdle)
	}
	return errors.Join(s.Tell(true), a.Close())
}

// pollTable is an arena with a pollBoard, and the pollers at it.
type pollTable struct {
	t     *testing.T
	a     *arena.Arena
	b     *pollBoard
	sema  *sync.PollSema
	procs [hands]*worker.Proc
	hired int
	low   int // units that there are at least,
	high  int // and at most: what a victim in P or V had done is unknown
}

func (x *pollTable) hire(i int) {
	x.t.Helper()
	x.hired++
	p, err := worker.Start(context.Background(), pollKind, seat{Arena: x.a.Name(), Hand: i, Seed: *seed + uint64(x.hired)})
	if err != nil {
		x.t.Fatal(err)
	}
	x.procs[i] = p
	var ready bool
	if err := errors.Join(p.Hear(&ready), p.Tell(true)); err != nil {
		x.t.Fatalf("seed %d: %v", *seed, err)
	}
}

// progress waits until every poller but one has had a unit since then.
func (x *pollTable) progress(but int, since int64) (slowest time.Duration) {
	x.t.Helper()
	for i := range x.b.Hands {
		for h := &x.b.Hands[i]; i != but && h.Last.Load() < since; time.Sleep(50 * time.Microsecond) {
			if d := time.Duration(replay.Monotonic() - since); d > 10*time.Second {
				v, err := x.sema.Value()
				x.t.Fatalf("seed %d: poller %d hangs in %q, %v after the victim's end; value %d, %v", *seed, i, pollNames[h.Phase.Load()], d, v, err)
			}
		}
		if i != but {
			slowest = max(slowest, time.Duration(x.b.Hands[i].Last.Load()-since))
		}
	}
	return slowest
}

// account stops everybody between two turns, counts the units, and makes it as
// many as in the beginning.
func (x *pollTable) account() {
	x.t.Helper()
	x.b.Pause.Store(1)
	for i := range x.b.Hands {
		for start := time.Now(); x.b.Hands[i].Paused.Load() == 0; time.Sleep(100 * time.Microsecond) {
			if time.Since(start) > 10*time.Second {
				x.t.Fatalf("seed %d: poller %d hangs in %q", *seed, i, pollNames[x.b.Hands[i].Phase.Load()])
			}
		}
	}
	n := 0
	for {
		got, err := x.sema.TryP()
		if err != nil {
			x.t.Fatal(err)
		}
		if !got {
			break
		}
		n++
	}
	if n < x.low || n > x.high {
		x.t.Errorf("seed %d: %d units, there should be %d to %d", *seed, n, x.low, x.high)
	}
	for range units {
		if err := x.sema.V(); err != nil {
			x.t.Error(err)
		}
	}
	x.low, x.high = units, units
	for i := range x.b.Hands {
		x.b.Hands[i].Paused.Store(0)
	}
	x.b.Pause.Store(0)
}

// TestPollKills kills processes that are queued at a pollable semaphore, have a
// unit of it, or give one. The queue goes on, no unit comes twice, and none is
// lost but with its holder.
func TestPollKills(t *testing.T) {
	a, remove, err := scratch.Create("locks", config.Config{Users: hands + 3, MaxSize: 16 << 20})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := remove(); err != nil {
			t.Error(err)
		}
	})
	x := &pollTable{t: t, a: a, low: units, high: units}
	root, err := sync.Setup(t.Context(), a, func(b *pollBoard) (err error) {
		if x.sema, err = sync.NewPollSema(a, units); err == nil {
			b.Sema = x.sema.Ref()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	x.b = root.In(a)
	defer func() {
		for _, p := range x.procs {
			if p != nil {
				p.Kill()
			}
		}
	}()
	for i := range x.procs {
		x.hire(i)
	}
	rnd := rand.New(rand.NewPCG(*seed, 9))
	var by [pollPhases]int
	r := newReport()
	for n := range *kills / 2 {
		time.Sleep(100*time.Microsecond + time.Duration(rnd.IntN(2900))*time.Microsecond)
		i := rnd.IntN(hands)
		x.procs[i].Kill()
		died := replay.Monotonic()
		phase := x.b.Hands[i].Phase.Load()
		by[phase]++
		if phase != pollIdle { // gone with it for certain, or perhaps
			x.low--
		}
		if phase == pollHolding {
			x.high--
		}
		if x.low < 1 { // others must not starve for want of what is lost
			if err := x.sema.V(); err != nil {
				t.Fatal(err)
			}
			x.low++
			x.high++
		}
		r.stalls = append(r.stalls, x.progress(i, died))
		x.hire(i)
		if n%10 == 9 {
			x.account()
		}
	}
	x.account()
	x.b.Stop.Store(1)
	waits, ops := uint64(0), uint64(0)
	for i, p := range x.procs {
		var done bool
		if err := errors.Join(p.Hear(&done), p.Wait()); err != nil {
			t.Error(err)
		}
		x.procs[i] = nil
		waits += x.b.Hands[i].Waits.Load()
		ops += x.b.Hands[i].Ops.Load()
	}
	if waits == 0 {
		t.Error("nobody was ever queued")
	}
	for _, f := range a.Check().Findings {
		t.Errorf("check: %s at %#x: %s", f.Kind, f.Offset, f.Detail)
	}
	t.Logf("seed %d: kills by phase %v %v; %d units, queued for %d of them; all others had a unit after the victim's end: median %v, 99 %% %v, longest %v",
		*seed, pollNames, by, ops, waits, r.quantile(0.5), r.quantile(0.99), r.quantile(1))
}

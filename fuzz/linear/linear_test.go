package linear

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"usarena/arena"
	"usarena/config"
	"usarena/internal/replay"
	"usarena/internal/scratch"
	"usarena/internal/worker"
	"usarena/sync"
)

var (
	histories = flag.Int("linear.histories", 4, "histories of each game")
	seed      = flag.Uint64("linear.seed", 0, "seed of random choices, 0 takes the time")
)

func TestMain(m *testing.M) {
	worker.Main()
	flag.Parse()
	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano())
	}
	os.Exit(m.Run())
}

// patience bounds the search of one history; one that takes longer is not
// decided, and that is a failure.
const patience = 30 * time.Second

func TestLinear(t *testing.T) {
	for name, g := range games {
		t.Run(name, func(t *testing.T) {
			killed, calls := 0, 0
			for n := range *histories {
				ops, died := play(t, name, g, n)
				if died {
					killed++
				}
				calls += len(ops)
				if r := porcupine.CheckOperationsTimeout(model(g.units), ops, patience); r != porcupine.Ok {
					for _, o := range ops {
						t.Logf("%d: %+v -> %+v [%d, %d]", o.ClientId, o.Input, o.Output, o.Call, o.Return)
					}
					t.Fatalf("seed %d, history %d: %s", *seed, n, r)
				}
			}
			t.Logf("seed %d: %d histories, %d with a killed player, %d operations", *seed, *histories, killed, calls)
		})
	}
}

// play plays a game once. Every second history of a game that allows it loses a
// player.
func play(t *testing.T, name string, g game, n int) (ops []porcupine.Operation, killed bool) {
	t.Helper()
	a, remove, err := scratch.Create("linear", config.Config{Users: players + 2, MaxSize: 8 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := remove(); err != nil {
			t.Error(err)
		}
	}()
	b, err := lay(a, name, g)
	if err != nil {
		t.Fatal(err)
	}
	var procs [players]*worker.Proc
	slow := 0
	if g.kills && n%2 == 1 {
		slow = 150
	}
	for i := range procs {
		if procs[i], err = worker.Start(context.Background(), playerKind, seat{a.Name(), name, i, *seed + uint64(n), slow}); err != nil {
			t.Fatal(err)
		}
		defer procs[i].Kill()
	}
	var ready bool
	for _, p := range procs {
		if err := p.Hear(&ready); err != nil {
			t.Fatalf("seed %d: %v", *seed, err)
		}
	}
	for _, p := range procs {
		if err := p.Tell(true); err != nil {
			t.Fatal(err)
		}
	}
	var died [players][2]int64
	rnd := rand.New(rand.NewPCG(*seed, uint64(n)))
	victim := -1
	if slow > 0 {
		victim = rnd.IntN(players)
		for at := uint64(rnd.IntN(calls - 5)); b.Sheets[victim].N.Load() < at; {
			time.Sleep(5 * time.Microsecond)
		}
		time.Sleep(time.Duration(rnd.IntN(100)) * time.Microsecond)
		if !b.Sheets[victim].full() {
			died[victim][0] = replay.Monotonic()
			procs[victim].Kill()
			died[victim][1], killed = replay.Monotonic(), true
		}
	}
	for i, p := range procs {
		var done bool
		if killed && i == victim {
			continue
		}
		if err := errors.Join(p.Hear(&done), p.Wait()); err != nil {
			t.Fatalf("seed %d: %v", *seed, err)
		}
	}
	if _, err := a.Recover(t.Context()); err != nil {
		t.Error(err)
	}
	for _, f := range a.Check().Findings {
		t.Errorf("check: %s at %#x: %s", f.Kind, f.Offset, f.Detail)
	}
	return operations(b, g, died), killed
}

// lay makes the board and what lies on it.
func lay(a *arena.Arena, name string, g game) (*board, error) {
	p, err := arena.New[board](a)
	if err != nil {
		return nil, err
	}
	b := p.In(a)
	var opts []sync.SemaOption
	if g.undo {
		opts = append(opts, sync.Undo)
	}
	l, err0 := sync.NewLock(a)
	s, err1 := sync.NewSema(a, g.units, opts...)
	q, err2 := sync.NewPollSema(a, g.units)
	x, err3 := sync.NewBarrier(a)
	r, err4 := sync.NewRWLock(a)
	c, err5 := sync.NewCondition(a)
	if err := errors.Join(err0, err1, err2, err3, err4, err5); err != nil {
		return nil, fmt.Errorf("the objects of a game: %w", err)
	}
	b.Lock, b.Sema, b.Poll, b.Barrier, b.RW, b.Cond = l.Ref(), s.Ref(), q.Ref(), x.Ref(), r.Ref(), c.Ref()
	if name != "datum" {
		arena.CasRoot(a, arena.Ptr[board]{}, p)
	}
	return b, nil
}

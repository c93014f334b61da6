package locks

import (
	"context"
	"errors"
	"flag"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"time"

	"usarena/arena"
	"usarena/config"
	"usarena/internal/replay"
	"usarena/internal/scratch"
	"usarena/internal/worker"
	"usarena/sync"
)

var (
	kills = flag.Int("locks.kills", 500, "kills of TestKills")
	secs  = flag.Int("locks.seconds", 1, "seconds of each object in TestWordSizes")
	seed  = flag.Uint64("locks.seed", 0, "seed of random choices, 0 takes the time")
)

func TestMain(m *testing.M) {
	worker.Main()
	scratch.Janitor()
	flag.Parse()
	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano())
	}
	os.Exit(m.Run())
}

// table is an arena with a board and its objects.
type table struct {
	a    *arena.Arena
	b    *board
	lock *sync.Lock
	sema *sync.Sema
	rw   *sync.RWLock
	bar  *sync.Barrier
	cond *sync.Condition
}

func set(t *testing.T, cfg config.Config) *table {
	t.Helper()
	a, remove, err := scratch.Create("locks", cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := remove(); err != nil {
			t.Error(err)
		}
	})
	p, err := arena.New[board](a)
	if err != nil {
		t.Fatal(err)
	}
	x := &table{a: a, b: p.In(a)}
	all := make([]error, 5)
	x.lock, all[0] = sync.NewLock(a)
	x.sema, all[1] = sync.NewSema(a, units, sync.Undo)
	x.bar, all[2] = sync.NewBarrier(a)
	x.rw, all[3] = sync.NewRWLock(a)
	x.cond, all[4] = sync.NewCondition(a)
	if err := errors.Join(all...); err != nil {
		t.Fatal(err)
	}
	x.b.Lock, x.b.Sema, x.b.Barrier, x.b.RW, x.b.Cond = x.lock.Ref(), x.sema.Ref(), x.bar.Ref(), x.rw.Ref(), x.cond.Ref()
	arena.CasRoot(a, arena.Ptr[board]{}, p)
	return x
}

// hire starts a hand and waits until it is ready.
func (x *table) hire(t *testing.T, i, round int, only string, prepare ...func(*exec.Cmd) error) *worker.Proc {
	t.Helper()
	p, err := worker.Start(context.Background(), handKind, seat{x.a.Name(), i, *seed + uint64(round), only}, prepare...)
	if err != nil {
		t.Fatal(err)
	}
	var ready bool
	if err := errors.Join(p.Hear(&ready), p.Tell(true)); err != nil {
		p.Kill()
		t.Fatalf("seed %d: %v", *seed, err)
	}
	return p
}

// TestKills kills hands one after the other. After each kill every other hand
// finishes something soon, is told if the victim was inside, and finds what the
// lock protects whole. At the end all is free.
func TestKills(t *testing.T) {
	x := set(t, config.Config{Users: hands + 3, MaxSize: 16 << 20})
	rnd := rand.New(rand.NewPCG(*seed, 1))
	r := newReport()
	var procs [hands]*worker.Proc
	defer func() {
		for _, p := range procs {
			if p != nil {
				p.Kill()
			}
		}
		t.Logf("seed %d\n%v", *seed, r)
	}()
	for i := range procs {
		procs[i] = x.hire(t, i, i, "")
	}
	for n := range *kills {
		time.Sleep(100*time.Microsecond + time.Duration(rnd.IntN(2900))*time.Microsecond)
		i := rnd.IntN(hands)
		x.b.Hands[i].Dead.Store(1)
		procs[i].Kill()
		died := replay.Monotonic()
		phase := x.b.Hands[i].Phase.Load()
		r.killed(phase, x.stall(t, r, i, died))
		procs[i] = x.hire(t, i, hands+n, "")
		if w := x.b.Wrong.Load(); w != fine {
			t.Fatalf("kill %d: %s", n, wrongNames[w])
		}
	}
	x.end(t, r, procs[:])
	procs = [hands]*worker.Proc{}
}

// stall waits until every other hand has finished an operation that it had not
// when the victim's process was gone, and says how long the slowest took.
func (x *table) stall(t *testing.T, r *report, victim int, died int64) (slowest time.Duration) {
	t.Helper()
	for i := range x.b.Hands {
		if i == victim {
			continue
		}
		h := &x.b.Hands[i]
		for h.Last.Load() < died {
			if d := time.Duration(replay.Monotonic() - died); d > 5*time.Second {
				r.hangs++
				t.Fatalf("hand %d hangs in %s, %v after hand %d was killed in %s", i, phaseNames[h.Phase.Load()], d, victim, phaseNames[x.b.Hands[victim].Phase.Load()])
			}
			time.Sleep(50 * time.Microsecond)
		}
		slowest = max(slowest, time.Duration(h.Last.Load()-died))
	}
	return slowest
}

// end lets all hands finish and accounts.
func (x *table) end(t *testing.T, r *report, procs []*worker.Proc) {
	t.Helper()
	x.b.Stop.Store(1)
	for _, p := range procs {
		var done bool
		if err := errors.Join(p.Hear(&done), p.Wait()); err != nil {
			t.Error(err)
		}
	}
	if _, err := x.a.Recover(t.Context()); err != nil {
		t.Error(err)
	}
	r.told, r.toldRW, r.broken, r.met = x.b.Told.Load(), x.b.ToldRW.Load(), x.b.Broken.Load(), x.b.Met.Load()
	if low, high := r.by[inside], r.by[inside]+r.by[locking]+r.by[unlocking]+r.by[awaiting]; r.told < low || r.told > high {
		t.Errorf("%d owners died inside, at most %d with the lock; %d were told", low, high, r.told)
	}
	if low, high := r.by[writing], r.by[writing]+r.by[writeLocking]+r.by[writeUnlocking]+r.by[readLocking]; r.toldRW > high || r.toldRW+1 < low {
		t.Errorf("%d writers died inside, at most %d with the lock; %d were told", low, high, r.toldRW)
	}
	ctx, cancel := context.WithTimeout(t.Context(), long)
	defer cancel()
	for range units {
		if err := x.sema.P(ctx); err != nil {
			t.Errorf("a unit is lost: %v", err)
		}
	}
	if v, err := x.sema.Value(); err != nil || v != 0 {
		t.Errorf("%d units too many, %v", v, err)
	}
	for range units {
		x.sema.V()
	}
	if err := x.lock.Lock(ctx); !sync.Held(err) {
		t.Error(err)
	}
	x.lock.Recovered()
	x.lock.Unlock()
	if err := x.rw.Lock(ctx); !sync.Held(err) {
		t.Error(err)
	}
	x.rw.Recovered()
	x.rw.Unlock()
	for _, f := range x.a.Check().Findings {
		t.Errorf("check: %s at %#x: %s", f.Kind, f.Offset, f.Detail)
	}
	if err := errors.Join(x.lock.Free(), x.sema.Free(), x.bar.Free(), x.rw.Free(), x.cond.Free()); err != nil {
		t.Error(err)
	}
}

package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"usarena/arena"
	"usarena/config"
	"usarena/internal/scratch"
	"usarena/internal/worker"
)

// Options say how long and with how many processes.
type Options struct {
	Procs int // processes that work on the lists, 1 to MaxProcs
	For   time.Duration
	Kill  bool           // processes are killed at any moment, and replaced
	Every time.Duration  // between two calls of Show
	Show  func(Snapshot) // may be nil
}

// Snapshot is the state of a running demo.
type Snapshot struct {
	Arena     string
	Elapsed   time.Duration
	For       time.Duration
	Procs     []Process // the last one replays
	Used      uint64    // bytes of pages in use, metadata included
	Committed uint64    // bytes of the arena that exist
	Live      uint64    // bytes of live blocks
	Locked    int64     // times that the ledger's lock was taken
	Waited    int64     // times that it was busy
	Large     int64     // large blocks made, a few at a time
	Queued    int64     // times that there was no room for one
	Kills     uint64    // processes killed so far
}

// Process is one process of it.
type Process struct {
	Pid                            int
	OpsPerSecond                   float64 // since the last Snapshot
	Ops, Allocated, Freed, Foreign uint64
	Compared                       uint64 // bytes
	Rounds                         uint64 // replays of the trace
}

// run is one demo from its start to its end.
type run struct {
	Options
	a     *arena.Arena
	board arena.Ptr[board]
	b     *board
	objects
	procs  []*worker.Proc
	killer killer
	start  time.Time
	last   Snapshot
	at     time.Time
}

// Run runs the demo. An error says that it could not be done; whether anything
// was lost says the Verdict. When ctx ends the demo ends early, in order.
func Run(ctx context.Context, o Options) (v Verdict, err error) {
	if o.Procs < 1 || o.Procs > MaxProcs {
		return v, fmt.Errorf("demo: %d processes asked for, 1 to %d are possible", o.Procs, MaxProcs)
	}
	a, remove, err := scratch.Create("demo", config.Config{Users: o.Procs + 8, LockType: config.Debug})
	if err != nil {
		return v, err
	}
	defer func() { err = errors.Join(err, remove()) }()
	r := &run{Options: o, a: a, killer: newKiller(o.Kill)}
	if r.board, err = arena.New[board](a); err != nil {
		return v, err
	}
	r.b = r.board.In(a)
	if r.objects, err = makeObjects(a, r.b); err != nil {
		return v, err
	}
	arena.CasRoot(a, arena.Ptr[board]{}, r.board)
	// The processes end through the board, so that an interrupt leaves no mess
	// that has to be told from a loss.
	defer func() {
		for _, p := range r.procs {
			p.Kill()
		}
	}()
	if err := r.begin(); err != nil {
		return v, err
	}
	if err := r.watch(ctx); err != nil {
		return v, err
	}
	r.b.Stop.Store(1)
	return r.verdict(r.wait()), nil
}

// launch starts the process of a seat.
func (r *run) launch(i int) (*worker.Proc, error) {
	kind := listerKind
	if i == r.Procs {
		kind = tracerKind
	}
	return worker.Start(context.Background(), kind, seat{r.a.Name(), i, uint32(r.Procs), uint64(time.Now().UnixNano())})
}

// let lets a process begin.
func let(p *worker.Proc) error {
	var ready bool
	if err := p.Hear(&ready); err != nil {
		return err
	}
	return p.Tell(true)
}

// begin starts all processes and lets them begin together.
func (r *run) begin() error {
	for i := range r.Procs + 1 {
		p, err := r.launch(i)
		if err != nil {
			return err
		}
		r.procs = append(r.procs, p)
	}
	var ready bool
	for _, p := range r.procs {
		if err := p.Hear(&ready); err != nil {
			return err
		}
	}
	for _, p := range r.procs {
		if err := p.Tell(true); err != nil {
			return err
		}
	}
	return nil
}

// watch shows what goes on, and kills, until the time is over.
func (r *run) watch(ctx context.Context) error {
	r.start = time.Now()
	r.at = r.start
	end := time.NewTimer(r.For)
	defer end.Stop()
	tick := time.NewTicker(max(r.Every, 10*time.Millisecond))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-end.C:
			return nil
		case <-r.killer.due():
			if err := r.shoot(); err != nil {
				return err
			}
		case <-tick.C:
			if s := r.snapshot(); r.Show != nil {
				r.Show(s)
			}
		}
	}
}

// snapshot reads the tallies out of the arena.
func (r *run) snapshot() Snapshot {
	now := time.Now()
	st := r.a.Stats()
	s := Snapshot{
		Arena: r.a.Name(), Elapsed: now.Sub(r.start), For: r.For,
		Used: st.UsedBytes, Committed: st.Committed, Live: st.LiveBytes, Kills: r.killer.kills,
	}
	for i, p := range r.procs {
		t := &r.b.Tallies[i]
		n := Process{
			Pid: p.Pid(), Ops: t.Ops.Load(), Allocated: t.Allocated.Load(), Freed: t.Freed.Load(),
			Foreign: t.Foreign.Load(), Compared: t.Compared.Load(), Rounds: t.Rounds.Load(),
		}
		before := uint64(0)
		if len(r.last.Procs) > i {
			before = r.last.Procs[i].Ops
		}
		n.OpsPerSecond = float64(n.Ops-before) / now.Sub(r.at).Seconds()
		s.Procs = append(s.Procs, n)
	}
	if m, err := r.lock.Meter(); err == nil {
		s.Locked, s.Waited = m.Hits, m.Spins
	}
	if m, err := r.room.Meter(); err == nil {
		s.Large, s.Queued = m.Ps, max(m.Ps-m.PHits, 0)
	}
	r.last, r.at = s, now
	return s
}

// wait waits for the end of all processes and collects what went wrong in them.
func (r *run) wait() (trouble []string) {
	for _, p := range r.procs {
		var done bool
		err := p.Hear(&done)
		if err == nil {
			err = p.Wait()
		}
		if err != nil {
			trouble = append(trouble, err.Error())
		}
	}
	return trouble
}

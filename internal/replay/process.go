package replay

import (
	"errors"
	"strings"
	"sync"

	"golang.org/x/sys/unix"

	"usarena/arena"
	"usarena/internal/errs"
	"usarena/internal/trace"
	"usarena/internal/worker"
	"usarena/testdata"
)

// Worker is the kind of worker that replays.
const Worker = "replay"

func init() { worker.Register(Worker, process) }

// task is what one process has to do.
type task struct {
	Arena   string // empty: inherited
	Trace   string
	Threads int
	Seed    uint64
	Bare    bool
}

// outcome is what one process did. Times are CLOCK_MONOTONIC, nanoseconds, so
// that those of several processes compare.
type outcome struct {
	Start, End int64
	Bytes      uint64 // compared
	Trouble    string // empty: all well
	Full       bool   // the trouble is that the arena is full
}

// Load opens a trace by path; "builtin:gcc" and "builtin:perl" are part of the
// program.
func Load(name string) (*trace.Trace, error) {
	short, ok := strings.CutPrefix(name, "builtin:")
	if !ok {
		return trace.Open(name)
	}
	f, err := testdata.Traces.Open(short + ".rep.gz")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return trace.Read(f, name)
}

// process is one of the N processes: it prepares, says so, waits for the start,
// plays, reports, and leaves the arena.
func process(s *worker.Side) error {
	var what task
	if err := s.Spec(&what); err != nil {
		return err
	}
	t, err := Load(what.Trace)
	if err != nil {
		return err
	}
	a, err := attach(what.Arena)
	if err != nil {
		return err
	}
	all := players(a, t, what.Threads, what.Seed, what.Bare)
	if err := s.Ready(); err != nil {
		return err
	}
	return errors.Join(s.Tell(play(all)), a.Close())
}

func attach(name string) (*arena.Arena, error) {
	if name == "" {
		return arena.Inherit()
	}
	return arena.Join(name)
}

// play lets all players play at the same time and measures from the start of the
// first to the end of the last. What the trace left is freed after that.
func play(all []*player) outcome {
	var o outcome
	failed := make([]error, len(all))
	var wg sync.WaitGroup
	o.Start = Monotonic()
	for i, p := range all[1:] {
		wg.Go(func() { failed[i+1] = p.play() })
	}
	failed[0] = all[0].play()
	wg.Wait()
	o.End = Monotonic()
	for i, p := range all {
		if failed[i] == nil {
			failed[i] = p.finish()
		}
		o.Bytes += p.bytes
	}
	if err := errors.Join(failed...); err != nil {
		o.Trouble, o.Full = err.Error(), errors.Is(err, errs.NoSpace)
	}
	return o
}

// Monotonic is the time in nanoseconds on a clock that all processes share.
func Monotonic() int64 {
	var t unix.Timespec
	unix.ClockGettime(unix.CLOCK_MONOTONIC, &t) // cannot fail for this clock
	return t.Nano()
}

// Once replays a trace in this process with one thread and says how many bytes
// it compared. What the trace left is freed.
func Once(a *arena.Arena, t *trace.Trace, seed uint64) (compared uint64, err error) {
	o := play(players(a, t, 1, seed, false))
	if o.Trouble != "" {
		return o.Bytes, errors.New(o.Trouble)
	}
	return o.Bytes, nil
}

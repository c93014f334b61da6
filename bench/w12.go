package bench

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"usarena/config"
	"usarena/info"
	"usarena/internal/scratch"
	"usarena/internal/worker"
)

const (
	fillKind = "bench-fill"
	lookKind = "bench-look"
)

func init() {
	worker.Register(fillKind, fillWorker)
	worker.Register(lookKind, lookWorker)
}

// CrowdOf is how many blocks are in the arena of W12.
var CrowdOf = 10_000_000

// w12 looks at an arena full of blocks of a living user, and recovers that user when
// it is dead.
func w12(ctx context.Context, r *results) (err error) {
	a, remove, err := scratch.Create("bench", config.Config{NoReserve: true, MaxSize: 4 << 30})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	filler, err := worker.Start(ctx, fillKind, part{Arena: a.Name(), Count: uint64(CrowdOf)})
	if err != nil {
		return err
	}
	defer filler.Kill()
	var yes bool
	if err := filler.Hear(&yes); err != nil {
		return err
	}
	looks, err := worker.Together[look](ctx, lookKind, []part{{Arena: a.Name()}})
	if err != nil {
		return err
	}
	committed := a.Stats().Committed
	filler.Kill()
	start := time.Now()
	sum, err := a.Recover(ctx)
	took := time.Since(start)
	if err != nil {
		return err
	}
	if sum.Users != 1 || looks[0].Findings != 0 || sum.Blocks != uint64(CrowdOf) {
		return fmt.Errorf("%d users recovered, %d findings, %d blocks", sum.Users, looks[0].Findings, sum.Blocks)
	}
	r.add(Ours, "blocks", float64(sum.Blocks), "")
	r.add(Ours, "committed_gib", float64(committed)/(1<<30), "GiB")
	r.add(Ours, "info_s", looks[0].Info.Seconds(), "s")
	r.add(Ours, "check_s", looks[0].Check.Seconds(), "s")
	r.add(Ours, "check_mib", float64(looks[0].Sys)/(1<<20), "MiB")
	r.add(Ours, "recovery_ms", float64(took.Nanoseconds())/1e6, "ms")
	return nil
}

// fillWorker allocates, says so, and waits to be killed.
func fillWorker(s *worker.Side) error {
	a, p, err := begin(s)
	if err != nil {
		return err
	}
	m := smallMix
	m.slots = int(p.Count)
	if _, err := newChurn(a, m, p.Worker); err != nil {
		return err
	}
	if err := s.Tell(true); err != nil {
		return err
	}
	worker.Stay()
	return nil
}

// look is what a fresh process finds.
type look struct {
	Info, Check time.Duration
	Sys         uint64 // bytes that Go took from the system
	Findings    int
}

func lookWorker(s *worker.Side) error {
	var p part
	if err := errors.Join(s.Spec(&p), s.Ready()); err != nil {
		return err
	}
	var l look
	start := time.Now()
	if _, err := info.Stat(p.Arena); err != nil {
		return err
	}
	l.Info = time.Since(start)
	start = time.Now()
	report, err := info.Check(p.Arena)
	if err != nil {
		return err
	}
	l.Check, l.Findings = time.Since(start), len(report.Findings)
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	l.Sys = m.Sys
	return s.Tell(l)
}

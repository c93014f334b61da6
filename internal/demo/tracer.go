package demo

import (
	"errors"
	"fmt"

	"usarena/internal/replay"
	"usarena/internal/worker"
)

// TraceName is the recorded program that one process replays.
const TraceName = "builtin:gcc"

// tracer replays the trace over and over until it is told to stop.
func tracer(s *worker.Side) error {
	t, err := replay.Load(TraceName)
	if err != nil {
		return err
	}
	a, b, me, err := enter(s)
	if err != nil {
		return err
	}
	mine := &b.Tallies[me.Seat]
	for b.Stop.Load() == 0 {
		compared, err := replay.Once(a, t, me.Seed+mine.Rounds.Load())
		if err != nil {
			return fmt.Errorf("the replay of %s: %w", t.Name, err)
		}
		mine.Compared.Add(compared)
		mine.Ops.Add(uint64(len(t.Ops)))
		mine.Rounds.Add(1)
	}
	return errors.Join(a.Close(), s.Tell(true))
}

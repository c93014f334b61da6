package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"usarena/arena"
	"usarena/internal/worker"
)

// Kills is how many processes W10 kills.
var Kills = 50

const (
	victimKind  = "bench-victim"
	witnessKind = "bench-witness"

	afterKill = 900                    // blocks that must be had and freed …
	hungAfter = 200 * time.Millisecond // … within this time
	giveUp    = 20 * time.Second
)

func init() {
	worker.Register(victimKind, func(s *worker.Side) error { return churnUntil(s, func() bool { return false }) })
	worker.Register(witnessKind, func(s *worker.Side) error {
		s.Follow()
		over := make(chan bool)
		go func() {
			var stop bool
			_ = s.Hear(&stop)
			close(over)
		}()
		return churnUntil(s, func() bool {
			select {
			case <-over:
				return true
			default:
				return false
			}
		})
	})
}

// churnUntil is W3 with 1000 slots.
func churnUntil(s *worker.Side, over func() bool) error {
	a, _, err := begin(s)
	if err != nil {
		return err
	}
	m := smallMix
	m.slots = 1000
	c, err := newChurn(a, m, 0)
	if err != nil {
		return err
	}
	if err := s.Tell(true); err != nil {
		return err
	}
	for !over() {
		if err := c.run(1000); err != nil {
			return err
		}
	}
	return errors.Join(c.drain(), s.Tell(true), a.Close())
}

// w10 kills processes that churn, while another churns and this one asks for
// blocks after each death.
func w10(ctx context.Context, r *results) (err error) {
	a, remove, err := sparse()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	witness, err := worker.Start(ctx, witnessKind, part{Arena: a.Name(), Worker: 1})
	if err != nil {
		return err
	}
	defer witness.Kill()
	var yes bool
	if err := witness.Hear(&yes); err != nil {
		return err
	}
	hung, broken := 0, 0
	for range Kills {
		took, err := bereaved(ctx, a)
		switch {
		case errors.Is(err, errBroken):
			broken++
		case err != nil:
			return err
		case took > hungAfter:
			hung++
		}
		for _, p := range a.Orphans() {
			if err := a.Free(p); err != nil {
				broken++
			}
		}
	}
	if err := witness.Tell(true); err != nil {
		return err
	}
	if witness.Hear(&yes) != nil || witness.Wait() != nil || !a.Check().Clean {
		broken++ // it has crashed, or lost a block's content
	}
	r.add(Ours, "hung_fraction", float64(hung)/float64(Kills), "")
	r.add(Ours, "broken_fraction", float64(broken)/float64(Kills), "")
	return nil
}

var errBroken = errors.New("broken")

// bereaved kills one process at a random instant and says how long it takes then
// to have and to free blocks.
func bereaved(ctx context.Context, a *arena.Arena) (took time.Duration, err error) {
	v, err := worker.Start(ctx, victimKind, part{Arena: a.Name()})
	if err != nil {
		return 0, err
	}
	var yes bool
	if err := v.Hear(&yes); err != nil {
		v.Kill()
		return 0, err
	}
	time.Sleep(time.Duration(rand.IntN(3000)) * time.Microsecond)
	v.Kill()
	start := time.Now()
	done := make(chan error, 1)
	go func() { done <- blocksHad(a) }()
	select {
	case err = <-done:
		return time.Since(start), err
	case <-time.After(giveUp):
		return 0, fmt.Errorf("no blocks %v after a kill", giveUp)
	}
}

// blocksHad allocates blocks, marks them, looks at them and frees them.
func blocksHad(a *arena.Arena) error {
	var had [afterKill]arena.Offset
	for i := range had {
		p, err := a.Malloc(logUniform(uint64(i)*0x9e3779b97f4a7c15, smallMix.lo, smallMix.oct))
		if err != nil {
			return errors.Join(errBroken, err)
		}
		*word(a, p), had[i] = mark(uint64(i), p), p
	}
	for i, p := range had {
		if *word(a, p) != mark(uint64(i), p) {
			return fmt.Errorf("%w: %#x has lost its content", errBroken, p)
		}
		if err := a.Free(p); err != nil {
			return errors.Join(errBroken, err)
		}
	}
	return nil
}

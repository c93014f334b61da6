package storm

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"usarena/arena"
	"usarena/internal/worker"
)

// kept is the link in a kept block.
func kept(a *arena.Arena, e entry) *atomic.Uint64 { return (*atomic.Uint64)(a.Pointer(e.off())) }

// intactList verifies every kept block.
func intactList(a *arena.Arena, s *site) error {
	for e := entry(s.Last.Load()); e != 0; e = entry(kept(a, e).Load()) {
		if err := verify(a, e, e.off(), 8, e.len()); err != nil {
			return err
		}
	}
	return nil
}

// keep allocates a block of n bytes for the list. Only one process does.
func keep(a *arena.Arena, s *site, n uint64) error {
	off, err := a.Malloc(n)
	if err != nil {
		return err
	}
	e := entryOf(off, n)
	fill(a, e, 8)
	kept(a, e).Store(s.Last.Load())
	s.Last.Store(uint64(e))
	return nil
}

// look notes where the first datum is in this process.
func (s *site) look(a *arena.Arena, who int, root arena.Offset) {
	now := uint64(uintptr(a.Pointer(root)))
	s.Base[who].First.CompareAndSwap(0, now)
	s.Base[who].Now.Store(now)
}

func init() {
	// grower makes the arena a quarter larger at each step.
	role("grower", func(w *worker.Side) error {
		w.Follow()
		var name string
		if err := w.Spec(&name); err != nil {
			return err
		}
		a, err := arena.Join(name)
		if err != nil {
			return err
		}
		root, err := arena.Root[site](a)
		if err != nil {
			return err
		}
		s, r := root.In(a), rand.New(rand.NewPCG(1, 2))
		for full := false; !full; {
			before := a.Stats().Committed
			for a.Stats().Committed < before+max(before/4, 64<<10) && err == nil {
				for i := 0; i < 50 && err == nil; i++ {
					err = keep(a, s, 16+r.Uint64N(2000))
				}
				if err == nil {
					err = keep(a, s, 40_000+r.Uint64N(max(before/16, 1)))
				}
			}
			if full = errors.Is(err, arena.ErrNoSpace); !full && err != nil {
				return err
			}
			s.look(a, keepers, root.Offset())
			var on bool
			if err := w.Tell(full); err != nil {
				return err
			}
			if err := w.Hear(&on); err != nil {
				return err
			}
		}
		return a.Close()
	})
	// keeper allocates and frees, and looks at all that is kept after each step.
	role("keeper", func(w *worker.Side) error {
		w.Follow()
		var spec struct {
			Arena string
			Index int
			Seed  uint64
		}
		if err := w.Spec(&spec); err != nil {
			return err
		}
		a, err := arena.Join(spec.Arena)
		if err != nil {
			return err
		}
		root, err := arena.Root[site](a)
		if err != nil {
			return err
		}
		s := root.In(a)
		own := newTray(a, rand.New(rand.NewPCG(spec.Seed, uint64(spec.Index))), sizes{Most: 16 << 10, Large: 128 << 10, Every: 50}, 64)
		for seen := uint64(0); ; {
			step := s.Step.Load()
			if step == ^uint64(0) {
				break
			}
			if step != seen {
				if err := intactList(a, s); err != nil {
					return fmt.Errorf("after step %d: %w", step, err)
				}
				s.look(a, spec.Index, root.Offset())
				s.Seen[spec.Index].Store(step)
				seen = step
			}
			if err := own.step(); err != nil {
				return err
			}
			s.Work[spec.Index].Store(own.allocs)
			if own.full {
				time.Sleep(time.Millisecond)
			}
		}
		return errors.Join(own.clear(), a.Close())
	})
}

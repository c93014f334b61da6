package storm

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"usarena/arena"
	"usarena/config"
	"usarena/internal/worker"
)

const keepers = 3

// site is the first datum of an arena that grows. Kept blocks form a list: the
// first word of each is the entry of the one before.
type site struct {
	Step atomic.Uint64          // growth steps made
	Seen [keepers]atomic.Uint64 // steps after which each keeper found all intact
	Last atomic.Uint64          // entry of the block kept last
	Work [keepers]atomic.Uint64 // blocks that keepers allocated
	Base [keepers + 1]struct {  // where the arena is mapped, before and now
		First, Now atomic.Uint64
	}
}

// TestGrowth lets an arena grow from 64 KiB while others allocate in it. Blocks
// from before keep their contents, offsets and addresses in every process.
func TestGrowth(t *testing.T) {
	top := most
	if strconv.IntSize == 32 {
		top = min(top, 512<<20) // what surely fits
	}
	a := newArena(t, config.Config{Size: 64 << 10, MaxSize: top, Users: keepers + 2})
	root, err := arena.New[site](a)
	if err != nil {
		t.Fatal(err)
	}
	a.PutInfo(root.Offset())
	s := root.In(a)
	team := []*member{launch(t, "grower", a.Name())}
	for i := range keepers {
		team = append(team, launch(t, "keeper", map[string]any{"Arena": a.Name(), "Index": i, "Seed": *seed}))
	}
	base := a.Pointer(root.Offset())
	for step, full := uint64(1), false; !full; step++ {
		team[0].mustHear(t, &full) // grown, or as far as it goes
		s.Step.Store(step)
		until(t, fmt.Sprintf("everybody has looked after step %d", step), team, func() bool {
			for i := range s.Seen {
				if s.Seen[i].Load() != step {
					return false
				}
			}
			return true
		})
		if err := intactList(a, s); err != nil {
			t.Fatal(err)
		}
		wantClean(t, fmt.Sprintf("step %d", step), a)
		if a.Pointer(root.Offset()) != base {
			t.Errorf("step %d moved the mapping", step)
		}
		for i := range s.Base {
			if b := &s.Base[i]; b.First.Load() != b.Now.Load() || b.First.Load() == 0 {
				t.Errorf("step %d: in process %d the first datum moved from %#x to %#x", step, i, b.First.Load(), b.Now.Load())
			}
		}
		team[0].mustTell(t, true)
	}
	st := a.Stats()
	t.Logf("%d steps to %v, keepers allocated %d, %d and %d blocks", s.Step.Load(), config.Size(st.Committed),
		s.Work[0].Load(), s.Work[1].Load(), s.Work[2].Load())
	if st.Committed < uint64(top)/100*95 {
		t.Errorf("grown to %d of %d bytes", st.Committed, top)
	}
	s.Step.Store(^uint64(0)) // the end
	for _, m := range team {
		m.mustEnd(t)
	}
	for e := entry(s.Last.Load()); e != 0; {
		before := kept(a, e).Load()
		if err := a.Free(e.off()); err != nil {
			t.Fatal(err)
		}
		e = entry(before)
	}
	a.PutInfo(0)
	if err := root.Free(a); err != nil {
		t.Error(err)
	}
	wantEmpty(t, a)
}

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

package storm

import (
	"fmt"
	"strconv"
	"sync/atomic"
	"testing"

	"usarena/arena"
	"usarena/config"
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
		untilIn(t, 6*patience, fmt.Sprintf("everybody has looked after step %d", step), team, func() bool {
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

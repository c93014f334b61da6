package storm

import (
	"math/rand/v2"
	"sync/atomic"

	"usarena/arena"
	"usarena/internal/worker"
)

const (
	maxLanes = 16
	heldMax  = 32
	tableMax = 128
)

// lane is what one goroutine owns, in the arena, so that a successor knows. A
// block moves between lanes and table with Hand naming it: killed in between, it
// may be freed, in the table, or lost.
type lane struct {
	Progress atomic.Uint64
	Allocs   atomic.Uint64
	Full     atomic.Uint64 // refusals
	Hand     atomic.Uint64
	Held     [heldMax]atomic.Uint64
	_        [4]uint64
}

// board is the first datum of an arena in which lanes work.
type board struct {
	Stop  atomic.Uint32
	_     [15]uint32
	Lanes [maxLanes]lane
	Table [tableMax]atomic.Uint64 // blocks for anybody
}

// laneSpec tells a process which lanes to work.
type laneSpec struct {
	Arena   string
	Lane    int // first
	Threads int
	Sizes   sizes
	Seed    uint64
	Private bool // no block goes to others, not even to a successor
}

// hand is one goroutine at work.
type hand struct {
	a     *arena.Arena
	b     *board
	l     *lane
	r     *rand.Rand
	sizes sizes

	private bool
}

func init() {
	role("worker", func(s *worker.Side) error {
		s.Follow()
		var spec laneSpec
		if err := s.Spec(&spec); err != nil {
			return err
		}
		a, err := arena.Join(spec.Arena)
		if err != nil {
			return err
		}
		root, err := arena.Root[board](a)
		if err != nil {
			return err
		}
		ended := make(chan error, spec.Threads)
		for i := range spec.Threads {
			n := spec.Lane + i
			h := hand{a, root.In(a), &root.In(a).Lanes[n], rand.New(rand.NewPCG(spec.Seed, uint64(n))), spec.Sizes, spec.Private}
			go func() { ended <- h.work() }()
		}
		for range spec.Threads {
			if err := <-ended; err != nil {
				return err
			}
		}
		return a.Close()
	})
}

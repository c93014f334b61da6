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
}

// hand is one goroutine at work.
type hand struct {
	a     *arena.Arena
	b     *board
	l     *lane
	r     *rand.Rand
	sizes sizes
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
			h := hand{a, root.In(a), &root.In(a).Lanes[n], rand.New(rand.NewPCG(spec.Seed, uint64(n))), spec.Sizes}
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

// work goes on until Stop, then frees what it holds.
func (h *hand) work() error {
	for h.b.Stop.Load() == 0 {
		if err := h.step(&h.l.Held[h.r.IntN(heldMax)]); err != nil {
			return err
		}
		h.l.Progress.Add(1)
	}
	for i := range h.l.Held {
		if err := h.free(&h.l.Held[i]); err != nil {
			return err
		}
	}
	return nil
}

func (h *hand) step(held *atomic.Uint64) error {
	if held.Load() == 0 {
		if h.r.IntN(3) == 0 {
			return h.fetch(held)
		}
		return h.allocate(held)
	}
	switch h.r.IntN(5) {
	case 0:
		return h.realloc(held)
	case 1, 2:
		return h.publish(held)
	default:
		return h.free(held)
	}
}

// allocate: killed before the last store, the block is lost.
func (h *hand) allocate(held *atomic.Uint64) (err error) {
	var off arena.Offset
	n := h.sizes.choose(h.r)
	switch h.r.IntN(8) {
	case 0:
		off, err = h.a.Calloc(1, n)
		if err == nil {
			err = h.zero(off, n)
		}
	case 1:
		align := uint64(16) << h.r.IntN(10)
		off, err = h.a.Memalign(align, n)
		if off%align != 0 {
			return fmt.Errorf("memalign of %d bytes to %d gave %#x", n, align, off)
		}
	default:
		off, err = h.a.Malloc(n)
	}
	if err != nil {
		return h.full(err)
	}
	h.l.Allocs.Add(1)
	e := entryOf(off, n)
	fill(h.a, e, 0)
	held.Store(uint64(e))
	return nil
}

// zero reports a block of Calloc that is not.
func (h *hand) zero(off arena.Offset, n uint64) error {
	for i, c := range h.a.Bytes(off, n) {
		if c != 0 {
			return fmt.Errorf("calloc of %d bytes at %#x: byte %d is %#x", n, off, i, c)
		}
	}
	return nil
}

// full takes a refusal for what it may be.
func (h *hand) full(err error) error {
	if !errors.Is(err, arena.ErrNoSpace) {
		return err
	}
	h.l.Full.Add(1)
	time.Sleep(50 * time.Microsecond)
	return nil
}

func (h *hand) free(held *atomic.Uint64) error {
	e := entry(held.Load())
	if e == 0 {
		return nil
	}
	h.l.Hand.Store(uint64(e))
	held.Store(0)
	err := intact(h.a, e)
	if err == nil {
		err = h.a.Free(e.off())
	}
	h.l.Hand.Store(0)
	return err
}

func (h *hand) realloc(held *atomic.Uint64) error {
	e, n := entry(held.Load()), max(h.sizes.choose(h.r), 1)
	h.l.Hand.Store(uint64(e))
	held.Store(0)
	off, err := h.a.Realloc(e.off(), n)
	if err != nil {
		held.Store(uint64(e)) // the block is as it was
		h.l.Hand.Store(0)
		return h.full(err)
	}
	if err := verify(h.a, e, off, 0, n); err != nil {
		return fmt.Errorf("after realloc to %d bytes: %w", n, err)
	}
	moved := entryOf(off, n)
	fill(h.a, moved, 0)
	held.Store(uint64(moved))
	h.l.Hand.Store(0)
	return nil
}

// publish puts a block into the table, for others to free.
func (h *hand) publish(held *atomic.Uint64) error {
	place := &h.b.Table[h.r.IntN(tableMax)]
	if place.Load() != 0 {
		return nil
	}
	e := held.Load()
	h.l.Hand.Store(e)
	held.Store(0)
	if !place.CompareAndSwap(0, e) {
		held.Store(e)
	}
	h.l.Hand.Store(0)
	return nil
}

// fetch takes a block out of the table.
func (h *hand) fetch(held *atomic.Uint64) error {
	place := &h.b.Table[h.r.IntN(tableMax)]
	e := place.Load()
	if e == 0 {
		return nil
	}
	h.l.Hand.Store(e)
	if place.CompareAndSwap(e, 0) {
		held.Store(e)
	}
	h.l.Hand.Store(0)
	return nil
}

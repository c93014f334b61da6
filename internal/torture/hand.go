package torture

import (
	"fmt"
	"math/rand/v2"

	"usarena/arena"
)

// hand is one goroutine at work.
type hand struct {
	l    *ledger
	lane *lane
	a    *arena.Arena
	b    *board
	objects
	root arena.Offset // of the board
	user uint32
	id   uint32 // of the lane, by which it claims cells
	role int

	private bool
	r       *rand.Rand
}

// work goes on until it is told to stop, or, in a nomad, for a while.
func (h *hand) work() error {
	h.enter()
	defer h.leave()
	for n := 2 + h.r.IntN(60); h.l.Stop.Load() == 0; n-- {
		if h.role == nomad && n == 0 {
			return nil
		}
		if err := h.step(); err != nil {
			return fmt.Errorf("%s: %w", phaseNames[h.lane.Phase.Load()], err)
		}
		h.end()
		h.pause()
	}
	for i := range h.lane.Held {
		if err := h.free(i); err != nil {
			return err
		}
		h.end()
	}
	return nil
}

// step is one operation, or a few that belong together.
func (h *hand) step() error {
	k := h.r.IntN(100)
	switch {
	case h.role == recoverer && k < 25 || k == 99:
		return h.recover()
	case h.role == hasty || k < 72:
		return h.memory(h.r.IntN(heldMax))
	default:
		return h.together(k)
	}
}

// memory does something with one place among the lane's blocks.
func (h *hand) memory(i int) error {
	held := h.lane.Held[i].Load() != 0
	switch k := h.r.IntN(12); {
	case k < 2 && !h.private:
		return h.own()
	case k < 5 && !h.private:
		return h.shared(i)
	case !held:
		return h.allocate(i)
	case k < 7 && h.role != hasty:
		return h.realloc(i)
	default:
		return h.free(i)
	}
}

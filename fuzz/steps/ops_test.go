//go:build linux && amd64

package steps

import (
	"slices"

	"usarena/arena"
	"usarena/config"
)

// operation is one call, and what comes before it.
type operation struct {
	name   string
	kind   kind
	before int  // random calls of the hand before
	dead   int  // dead users that there are at least
	leaves bool // the hand is to be no user any more
	joins  bool // the hand is no user yet
	stop   bool // is also stopped
	long   bool // takes long, so there are fewer start states of it
	half   bool // begins where another operation was cut short by a death
	things bool // locks and their kin are there

	// setup does what comes before others do what it asks for.
	setup func(h *hand, n *needs) error
	// aim chooses, at last, what is done.
	aim func(h *hand) (func() (arena.Offset, error), aim, error)
	// after looks at locks and their kin in an arena where the hand is dead and
	// recovered; alive says that the survivor is not.
	after func(x *aftermath) error
}

// kind is a kind of arena.
type kind struct {
	name string
	cfg  config.Config
}

var (
	// Heaps keep nothing in a tiny arena: every span is disowned at once.
	tiny = kind{"tiny", config.Config{Size: 128 << 10, MaxSize: 256 << 10}}
	// In this one they do; it begins small and grows.
	heap = kind{"heap", config.Config{Size: 256 << 10, MaxSize: 5 << 19}}
	// Several regions exist from the start.
	wide = kind{"wide", config.Config{Size: 3 << 19, MaxSize: 3 << 20}}
	// Heaps remember what large blocks they freed.
	roomy = kind{"roomy", config.Config{Size: 256 << 10, MaxSize: 16 << 20}}
	// In these, what the dead had is freed.
	tinyFreed = kind{"tiny, reclaimed", config.Config{Size: 128 << 10, MaxSize: 256 << 10, ReclaimOnDeath: true}}
	heapFreed = kind{"heap, reclaimed", config.Config{Size: 256 << 10, MaxSize: 5 << 19, ReclaimOnDeath: true}}
)

// small says that an arena has one region, and heaps keep nothing.
func (k kind) small() bool { return k.cfg.MaxSize == tiny.cfg.MaxSize }

type call = func() (arena.Offset, error)

// mallocs is the aim of a malloc of n bytes.
func (h *hand) mallocs(n uint64) (call, aim, error) {
	return func() (arena.Offset, error) { return h.a.Malloc(n) }, aim{Adds: 1}, nil
}

// frees is the aim of a free.
func (h *hand) frees(off arena.Offset) (call, aim, error) {
	return func() (arena.Offset, error) { return 0, h.a.Free(off) }, aim{Frees: []arena.Offset{off}}, nil
}

// states is how many start states there are.
func (op *operation) states() int {
	if op.long && *states < thorough {
		return (*states + 2) / 3
	}
	return *states
}

func operations() []*operation {
	return slices.Concat(smallOps(), largeOps(), otherOps(), cellOps(), lifeOps(), lockOps(), freedOps())
}

func operationCalled(name string) *operation {
	for _, op := range slices.Concat(operations(), fastOps()) {
		if op.name == name {
			return op
		}
	}
	panic("no operation is called " + name)
}

// fastOps are for counting instructions.
func fastOps() []*operation {
	few := func(h *hand, n *needs) error {
		list, err := h.several(5, 64)
		if err == nil {
			h.keep = list[2]
		}
		return err
	}
	return []*operation{{
		name: "nothing", kind: heap, setup: few,
		aim: func(h *hand) (call, aim, error) { return func() (arena.Offset, error) { return 0, nil }, aim{}, nil },
	}, {
		name: "fast malloc", kind: heap, setup: few,
		aim: func(h *hand) (call, aim, error) { return h.mallocs(64) },
	}, {
		name: "fast free", kind: heap, setup: few,
		aim: func(h *hand) (call, aim, error) { return h.frees(h.keep.(arena.Offset)) },
	}}
}

// smallOps are about small blocks and spans.
func smallOps() []*operation {
	return []*operation{{
		name: "malloc", kind: heap, before: 30,
		setup: func(h *hand, n *needs) error {
			h.keep = pick(h.r, rare)
			_, err := h.malloc(h.keep.(uint64))
			return err
		},
		aim: func(h *hand) (call, aim, error) { return h.mallocs(h.keep.(uint64)) },
	}, {
		name: "malloc, collect", kind: heap, before: 30, stop: true,
		setup: func(h *hand, n *needs) error {
			size := pick(h.r, []uint64{32, 80, 112, 160})
			h.keep = size
			list, err := h.several(int(page/size), size)
			for err == nil && list[len(list)-1]%page/size != page/size-1 { // until its spans are full
				var off arena.Offset
				off, err = h.malloc(size)
				list = append(list, off)
			}
			n.Give = h.some(list)
			return err
		},
		aim: func(h *hand) (call, aim, error) { return h.mallocs(h.keep.(uint64)) },
	}, {
		name: "malloc, new span", kind: heap, before: 30, stop: true,
		aim: func(h *hand) (call, aim, error) { return h.mallocs(pick(h.r, rare)) },
	}, {
		// The heap may keep some pages only, and gives another span up.
		name: "malloc, disown", kind: heap, before: 20,
		setup: func(h *hand, n *needs) (err error) {
			for _, size := range rare[:8] {
				var list []arena.Offset
				if list, err = h.several(1+h.r.IntN(5), size); err != nil {
					return err
				}
				if h.r.IntN(3) == 0 {
					n.Give = append(n.Give, list...)
				}
			}
			return nil
		},
		aim: func(h *hand) (call, aim, error) { return h.mallocs(2048) },
	}, {
		// Where heaps keep nothing, a malloc adopts and disowns.
		name: "malloc, adopt", kind: tiny, before: 20,
		setup: func(h *hand, n *needs) error {
			size := pick(h.r, rare)
			h.keep = size
			list, err := h.several(1+h.r.IntN(4), size)
			if n.Sizes = []uint64{size}; h.r.IntN(2) == 0 && err == nil {
				n.Give = h.some(list)
			}
			return err
		},
		aim: func(h *hand) (call, aim, error) { return h.mallocs(h.keep.(uint64)) },
	}, {
		name: "malloc, adopt into a heap", kind: heap,
		setup: func(h *hand, n *needs) error { _, err := h.several(2, 5000); return err }, // so that there is a heap
		aim:   func(h *hand) (call, aim, error) { return h.mallocs(pick(h.r, common)) },
	}, {
		name: "own free", kind: heap, before: 30,
		setup: func(h *hand, n *needs) error {
			list, err := h.several(1+h.r.IntN(20), pick(h.r, rare))
			if err == nil {
				h.keep = pick(h.r, list)
			}
			return err
		},
		aim: func(h *hand) (call, aim, error) { return h.frees(h.keep.(arena.Offset)) },
	}, {
		name: "own free, empties", kind: heap, before: 10,
		setup: emptied,
		aim:   func(h *hand) (call, aim, error) { return h.frees(h.keep.(arena.Offset)) },
	}, {
		name: "other's free", kind: heap, before: 20,
		setup: func(h *hand, n *needs) error {
			n.Sizes = []uint64{pick(h.r, common), pick(h.r, rare), pick(h.r, rare)}
			return nil
		},
		aim: func(h *hand) (call, aim, error) { return h.frees(pick(h.r, h.given)) },
	}, {
		// What a process allocates first is in a span that it does not keep.
		name: "free in a heap, empties a disowned span", kind: heap,
		setup: func(h *hand, n *needs) error {
			off, err := h.malloc(pick(h.r, rare))
			if err == nil {
				h.keep = off
				_, err = h.several(2, 5000)
			}
			return err
		},
		aim: func(h *hand) (call, aim, error) { return h.frees(h.keep.(arena.Offset)) },
	}, {
		name: "free, empties a disowned span", kind: tiny, before: 10,
		setup: func(h *hand, n *needs) error {
			if h.r.IntN(2) == 0 {
				n.Sizes = []uint64{pick(h.r, rare)}
				return nil
			}
			off, err := h.malloc(pick(h.r, rare))
			h.given = []arena.Offset{off}
			h.keep = off
			return err
		},
		aim: func(h *hand) (call, aim, error) {
			if h.keep != nil {
				return h.frees(h.keep.(arena.Offset))
			}
			return h.frees(h.given[0])
		},
	}}
}

// emptied leaves one block in a span that is not the active one, and chooses it.
func emptied(h *hand, n *needs) error {
	list, err := h.several(24, 512)
	if err != nil {
		return err
	}
	last := list[h.r.IntN(8)]
	for _, off := range list[:16] {
		if off != last && (off>>12 == last>>12 || h.r.IntN(2) == 0) {
			h.free(off)
		}
	}
	h.keep = last
	return nil
}

//go:build linux && amd64

package steps

import "usarena/arena"

const page = 4096

// reallocs is the aim of a realloc that may move.
func (h *hand) reallocs(off arena.Offset, n uint64) (call, aim, error) {
	do := func() (arena.Offset, error) { return h.a.Realloc(off, n) }
	return do, aim{Frees: []arena.Offset{off}, Adds: 1, Resizes: off, Moves: n}, nil
}

// pages are lengths of large blocks.
func (h *hand) pages(least, most int) uint64 { return uint64(least+h.r.IntN(most-least+1)) * page }

// holes leaves large blocks and free runs between them.
func holes(h *hand, n *needs) error {
	var list []arena.Offset
	for range 4 {
		off, err := h.malloc(h.pages(9, 12))
		if err != nil {
			return err
		}
		list = append(list, off)
	}
	i := h.r.IntN(2)
	h.free(list[i])
	n.Give = list[i+1 : i+2]
	h.keep = list[3]
	return nil
}

// block allocates a large block, and keeps it.
func block(least, most int) func(*hand, *needs) error {
	return func(h *hand, n *needs) error {
		off, err := h.malloc(h.pages(least, most))
		h.keep = off
		return err
	}
}

// rarely allocates a small block of a size that few have, and keeps it.
func rarely(h *hand, n *needs) (err error) {
	h.keep, err = h.malloc(pick(h.r, rare))
	return err
}

// remembered frees a large block that its heap remembers, and keeps its length.
func remembered(h *hand, n *needs) error {
	length := h.pages(14, 16)
	off, err := h.malloc(length)
	if err != nil {
		return err
	}
	h.free(off)
	h.keep = length
	return nil
}

// largeOps are about runs of pages.
func largeOps() []*operation {
	return []*operation{{
		name: "large malloc", kind: heap, before: 20, setup: holes, stop: true,
		aim: func(h *hand) (call, aim, error) { return h.mallocs(h.pages(9, 12)) },
	}, {
		name: "large malloc, joins", kind: heap, before: 20, setup: holes, stop: true,
		aim: func(h *hand) (call, aim, error) { return h.mallocs(h.pages(16, 18)) },
	}, {
		name: "large free", kind: heap, before: 20, setup: holes, stop: true,
		aim: func(h *hand) (call, aim, error) { return h.frees(h.keep.(arena.Offset)) },
	}, {
		name: "large free, remembered", kind: roomy, before: 20,
		setup: block(9, 16),
		aim:   func(h *hand) (call, aim, error) { return h.frees(h.keep.(arena.Offset)) },
	}, {
		name: "large malloc, again", kind: roomy, before: 20, setup: remembered,
		aim: func(h *hand) (call, aim, error) { return h.mallocs(h.keep.(uint64)) },
	}, {
		name: "large malloc, part of one", kind: roomy, before: 20, setup: remembered,
		aim: func(h *hand) (call, aim, error) { return h.mallocs(h.keep.(uint64) - 5*page) },
	}, {
		name: "other's large free", kind: heap, before: 20,
		setup: func(h *hand, n *needs) error { n.Sizes = []uint64{h.pages(9, 20)}; return nil },
		aim:   func(h *hand) (call, aim, error) { return h.frees(h.given[0]) },
	}, {
		name: "large malloc, grows", kind: heap, before: 20, stop: true,
		aim: func(h *hand) (call, aim, error) {
			return h.mallocs(h.a.Stats().FreeBytes + h.pages(1, 40))
		},
	}, {
		name: "large malloc, across regions", kind: wide, before: 10, long: true,
		aim: func(h *hand) (call, aim, error) { return h.mallocs(h.pages(260, 300)) },
	}, {
		name: "large free, across regions", kind: wide, before: 10, long: true,
		setup: block(260, 300),
		aim:   func(h *hand) (call, aim, error) { return h.frees(h.keep.(arena.Offset)) },
	}, {
		name: "realloc, moves", kind: heap, before: 20, long: true,
		setup: rarely,
		aim: func(h *hand) (call, aim, error) {
			return h.reallocs(h.keep.(arena.Offset), 700+uint64(h.r.IntN(9000)))
		},
	}, {
		name: "large realloc, moves", kind: heap, before: 20, long: true,
		setup: func(h *hand, n *needs) (err error) {
			if h.keep, err = h.malloc(h.pages(9, 10)); err == nil {
				_, err = h.malloc(h.pages(9, 10))
			}
			return err
		},
		aim: func(h *hand) (call, aim, error) {
			return h.reallocs(h.keep.(arena.Offset), pick(h.r, []uint64{100, 5000, 13 * page}))
		},
	}, {
		name: "realloc, grows in place", kind: heap, before: 20, long: true, setup: inRow,
		aim: func(h *hand) (call, aim, error) {
			return h.reallocs(h.keep.(arena.Offset), h.pages(10, 18))
		},
	}, {
		name: "realloc, shrinks in place", kind: heap, before: 20, long: true, setup: inRow,
		aim: func(h *hand) (call, aim, error) {
			do := func() (arena.Offset, error) { return h.a.Realloc(h.keep.(arena.Offset), 9*page) }
			return do, aim{Resizes: h.keep.(arena.Offset)}, nil
		},
	}}
}

// otherOps are the other ways to memory.
func otherOps() []*operation {
	return []*operation{{
		name: "calloc", kind: heap, before: 20,
		aim: func(h *hand) (call, aim, error) {
			size := pick(h.r, rare)
			return func() (arena.Offset, error) { return h.a.Calloc(1, size) }, aim{Adds: 1}, nil
		},
	}, {
		name: "large calloc", kind: heap, before: 20, setup: holes,
		aim: func(h *hand) (call, aim, error) {
			pages := h.pages(9, 12) / page
			return func() (arena.Offset, error) { return h.a.Calloc(pages, page) }, aim{Adds: 1}, nil
		},
	}, {
		name: "memalign", kind: heap, before: 20,
		aim: func(h *hand) (call, aim, error) {
			align, size := uint64(32)<<h.r.IntN(8), pick(h.r, rare)
			return func() (arena.Offset, error) { return h.a.Memalign(align, size) }, aim{Adds: 1}, nil
		},
	}, {
		name: "large memalign", kind: heap, before: 20, setup: holes,
		aim: func(h *hand) (call, aim, error) {
			align, size := uint64(2*page)<<h.r.IntN(3), h.pages(1, 12)
			return func() (arena.Offset, error) { return h.a.Memalign(align, size) }, aim{Adds: 1}, nil
		},
	}, {
		name: "recalloc", kind: heap, before: 20, long: true,
		setup: rarely,
		aim: func(h *hand) (call, aim, error) {
			off, size := h.keep.(arena.Offset), 700+uint64(h.r.IntN(9000))
			_, aim, err := h.reallocs(off, size)
			return func() (arena.Offset, error) { return h.a.Recalloc(off, 1, size) }, aim, err
		},
	}}
}

// inRow has a large block with free pages behind it, which are joined or not.
func inRow(h *hand, n *needs) error {
	list, err := h.several(4, h.pages(9, 12))
	if err != nil {
		return err
	}
	h.keep = list[0]
	if h.r.IntN(2) == 0 {
		h.free(list[1])
	} else {
		n.Give = list[1:2]
	}
	if h.r.IntN(2) == 0 {
		h.free(list[2])
	}
	return nil
}

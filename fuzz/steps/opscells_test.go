//go:build linux && amd64

package steps

import "usarena/arena"

// cellOps change a block and the cell that leads to it.
func cellOps() []*operation {
	free := func(h *hand) call {
		return func() (arena.Offset, error) { return 0, h.a.FreeFrom(h.cell) }
	}
	return []*operation{{
		name: "MallocTo", kind: heap, before: 20, stop: true,
		setup: func(h *hand, n *needs) error { return h.makeCell(0) },
		aim: func(h *hand) (call, aim, error) {
			n := pick(h.r, []uint64{16, 80, 512, 9000, 9 * page})
			return func() (arena.Offset, error) { return h.a.MallocTo(h.cell, n) }, aim{Adds: 1, Cell: h.cell}, nil
		},
	}, {
		name: "MallocTo, adopts", kind: tiny, before: 10,
		setup: func(h *hand, n *needs) error { return h.makeCell(0) },
		aim: func(h *hand) (call, aim, error) {
			n := pick(h.r, common)
			return func() (arena.Offset, error) { return h.a.MallocTo(h.cell, n) }, aim{Adds: 1, Cell: h.cell}, nil
		},
	}, {
		name: "ReallocTo", kind: heap, before: 20,
		setup: func(h *hand, n *needs) error { return h.makeCell(pick(h.r, []uint64{16, 80, 512, 9 * page})) },
		aim: func(h *hand) (call, aim, error) {
			n := pick(h.r, []uint64{40, 700, 3000, 12 * page})
			x := h.a.LoadCell(h.cell)
			do := func() (arena.Offset, error) { return h.a.ReallocTo(h.cell, n) }
			return do, aim{Frees: []arena.Offset{x}, Adds: 1, Resizes: x, Moves: n, Cell: h.cell, Was: x}, nil
		},
	}, {
		name: "FreeFrom", kind: heap, before: 20,
		setup: func(h *hand, n *needs) error { return h.makeCell(pick(h.r, []uint64{16, 80, 512, 9 * page})) },
		aim: func(h *hand) (call, aim, error) {
			x := h.a.LoadCell(h.cell)
			return free(h), aim{Frees: []arena.Offset{x}, Cell: h.cell, Was: x}, nil
		},
	}, {
		// The block is in a span of another user.
		name: "FreeFrom, other's block", kind: heap, before: 20,
		setup: func(h *hand, n *needs) error {
			n.Sizes = []uint64{pick(h.r, []uint64{16, 80, 512, 9 * page})}
			return h.makeCell(0)
		},
		aim: func(h *hand) (call, aim, error) {
			x := h.given[0]
			(*arena.Cell[[16]byte])(h.a.Pointer(h.cell)).Store(must(arena.At[[16]byte](h.a, x)))
			return free(h), aim{Frees: []arena.Offset{x}, Cell: h.cell, Was: x}, nil
		},
	}}
}

// makeCell makes a cell in a block of its own, and for n > 0 puts a block in.
func (h *hand) makeCell(n uint64) error {
	off, err := h.malloc(pick(h.r, []uint64{16, 64}))
	if err != nil {
		return err
	}
	h.cell = off
	clear(h.a.Bytes(off, 16))
	if n == 0 {
		return nil
	}
	off, err = h.a.MallocTo(h.cell, n)
	if err == nil {
		fill(h.a, off, must(h.a.BlockSize(off)), h.r)
	}
	return err
}

// disturb changes the cell that the hand was at when it died.
func disturb(a *arena.Arena, cell arena.Offset) error {
	if a.LoadCell(cell) != 0 {
		return a.FreeFrom(cell)
	}
	_, err := a.MallocTo(cell, 64)
	return err
}

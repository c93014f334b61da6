//go:build linux && amd64

package steps

import (
	"errors"
	"fmt"

	"usarena/arena"
)

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
		// Others can adopt the span, and have the block, before the hand is recovered.
		name: "FreeFrom, disowned span", kind: tiny, before: 5,
		setup: func(h *hand, n *needs) error {
			size := pick(h.r, []uint64{80, 160, 512})
			if _, err := h.several(2, size); err != nil {
				return err
			}
			return h.makeCell(size)
		},
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

// reissue allocates blocks of a size before the dead are recovered, and does work
// then. What they were about to free a second time is somebody's by now: after
// the recovery it must still be.
func reissue(a *arena.Arena, size uint64, work func() error) error {
	var kept []arena.Offset
	few := 300 // more than a span has
	if a.Config().MaxSize == tiny.cfg.MaxSize || size > 1024 {
		few = 12 // a full arena makes malloc recover the dead
	}
	for size > 0 && len(kept) < few {
		off, err := a.Malloc(size)
		if full(err) {
			break
		}
		if err != nil {
			return err
		}
		kept = append(kept, off)
	}
	err := work()
	if err == nil {
		_, err = a.Recover(background)
	}
	for _, off := range kept {
		if e := a.Free(off); e != nil {
			err = errors.Join(err, fmt.Errorf("a block that was had before the recovery: %w", e))
		}
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

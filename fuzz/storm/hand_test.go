package storm

import (
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"usarena/arena"
)

// work goes on until Stop, then frees what it holds.
func (h *hand) work() error {
	for i := range h.l.Held {
		if h.private {
			h.l.Held[i].Store(0) // freed by recovery, or nobody's
		}
	}
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
		if h.r.IntN(3) == 0 && !h.private {
			return h.fetch(held)
		}
		return h.allocate(held)
	}
	switch k := h.r.IntN(5); {
	case k == 0:
		return h.realloc(held)
	case k <= 2 && !h.private:
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

package torture

import (
	"context"
	"errors"
	"fmt"

	"usarena/arena"
)

// size is how many bytes to ask for: mostly few, now and then pages.
func (h *hand) size() uint64 {
	k := h.r.IntN(200)
	switch {
	case h.role == hasty:
		return 16 + h.r.Uint64N(3)*16
	case h.role == grower && k < 16:
		return 16<<10 + h.r.Uint64N(1<<20)
	case k == 0:
		return h.r.Uint64N(1 << 20)
	case k < 8:
		return h.r.Uint64N(128 << 10)
	case k < 30:
		return h.r.Uint64N(36 << 10)
	default:
		return h.r.Uint64N(16 << h.r.IntN(8))
	}
}

func (h *hand) allocate(i int) (err error) {
	n, align, off := h.size(), uint64(16), uint64(0)
	h.lane.Size.Store(n)
	h.begin(allocating)
	switch k := h.r.IntN(8); k {
	case 0:
		off, err = h.a.Calloc(1, n)
	case 1:
		align <<= h.r.IntN(10)
		off, err = h.a.Memalign(align, n)
	default:
		off, err = h.a.Malloc(n)
	}
	if err != nil {
		return h.full(err)
	}
	if off%align != 0 {
		return fmt.Errorf("%d bytes at a multiple of %d: %#x", n, align, off)
	}
	if err := h.enterBlock(filling, off, n, h.user); err != nil {
		return err
	}
	h.lane.Held[i].Store(off)
	return nil
}

// enterBlock writes a block that has just been allocated into the book. Nobody
// else may have it.
func (h *hand) enterBlock(phase uint32, off, n uint64, user uint32) error {
	e, at := newEntry(n, user, h.r.Uint64()), h.l.at(off)
	if at == nil {
		return fmt.Errorf("%d bytes at %#x, which is outside the arena", n, off)
	}
	h.lane.New.Store(off)
	h.begin(phase)
	e.fill(h.a, off)
	if old := entry(at.Swap(uint64(e))); old != 0 && !mayGo(old) {
		if !h.private || old.user() == h.user {
			return fmt.Errorf("%d bytes at %#x, where there is %v", n, off, old)
		}
		h.l.fate(old.user()).Or(doomed)
	}
	return nil
}

// full takes a refusal for what it may be.
func (h *hand) full(err error) error {
	if !errors.Is(err, arena.ErrNoSpace) {
		return err
	}
	h.lane.Full.Add(1)
	return nil
}

// take notes the block that an operation is about, and takes it out of the book.
func (h *hand) take(i int, phase uint32) (off uint64, e entry, err error) {
	off = h.lane.Held[i].Load()
	at := h.l.at(off)
	e = entry(at.Load())
	if err := e.intact(h.a, off); err != nil {
		return off, e, err
	}
	h.lane.Off.Store(off)
	h.lane.Entry.Store(uint64(e))
	h.begin(phase)
	h.lane.Held[i].Store(0)
	at.Store(0)
	return off, e, nil
}

func (h *hand) free(i int) error {
	if h.lane.Held[i].Load() == 0 {
		return nil
	}
	off, _, err := h.take(i, freeing)
	if err != nil {
		return err
	}
	return h.a.Free(off)
}

func (h *hand) realloc(i int) error {
	n := max(h.size(), 1)
	h.lane.Size.Store(n)
	off, e, err := h.take(i, resizing)
	if err != nil {
		return err
	}
	to, err := h.a.Realloc(off, n)
	if err != nil {
		h.l.at(off).Store(uint64(e)) // the block is as it was
		h.lane.Held[i].Store(off)
		return h.full(err)
	}
	if err := e.verify(h.a, to, off, n); err != nil {
		return fmt.Errorf("to %d bytes: %w", n, err)
	}
	user := h.user
	if to == off { // resized in place, it stays whose it was
		user = e.user()
	}
	if err := h.enterBlock(refilling, to, n, user); err != nil {
		return err
	}
	h.lane.Held[i].Store(to)
	return nil
}

func (h *hand) recover() error {
	h.begin(recovering)
	got, err := h.a.Recover(context.Background())
	h.lane.Revived.Add(uint64(got.Users))
	if err == nil && h.r.IntN(10) == 0 {
		err = h.orphans()
	}
	return err
}

// orphans goes over some orphans while others work: nobody who left in order has
// one.
func (h *hand) orphans() error {
	most := h.r.IntN(200)
	for u, off := range h.a.Orphans() {
		if user := userOf(u.Slot, u.Gen); h.l.fate(user).Load() == gone {
			return fmt.Errorf("the block at %#x is an orphan of %s, which has left in order", off, userName(user))
		}
		if most--; most < 0 {
			break
		}
	}
	return nil
}

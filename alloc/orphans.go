package alloc

import (
	"usarena/internal/errs"
	"usarena/internal/fault"
	"usarena/internal/layout"
)

// Keep makes an orphan an ordinary block of the arena, which no death touches
// any more. Whoever keeps a block makes sure that nobody else frees it
// meanwhile. ErrInvalid if the block is no orphan; else as Free.
func (h *Heap) Keep(off uint64) (err error) {
	const op = "keep"
	if err := h.begin(op); err != nil {
		return err
	}
	defer h.end(op, &err, fault.Arm())
	b, err := h.find(op, off)
	if err != nil {
		return err
	}
	if !h.orphan(b) {
		return errs.Wrap(errs.Invalid, op, "%s: the block at %#x is no orphan: its user lives, has closed, or it was kept before", h.name, off)
	}
	if !b.large {
		orBits(&b.word.K, b.bit) // model: F5
		return nil
	}
	if !h.cas(b.page, b.state, layout.LargeRun(b.state.Len(), 0, 0)) {
		return h.doubleFree(op, off)
	}
	return nil
}

// orphan says that the user who allocated a live block has died and nobody has
// kept it.
func (h *Heap) orphan(b block) bool {
	s := b.state
	if b.large {
		return s&layout.Orphaned != 0 && !h.working(s.Slot(), s.Gen())
	}
	if loadBits(&b.word.K)&b.bit != 0 {
		return false
	}
	if s&layout.Tagged == 0 {
		return s&(layout.Owned|layout.Orphaned) == layout.Orphaned
	}
	t := h.r.Tenants(b.page)
	i := t.Of(b.index)
	return i != 0 && t.Entry(i).Load()&layout.TenantDead != 0
}

// working says that a slot's user is attached and nobody has begun to recover it:
// a large block of its that looks orphaned is one that it is dropping.
func (h *Heap) working(slot int, gen uint16) bool {
	if slot < 1 || slot > int(h.r.Geo.Users) {
		return false
	}
	u := h.r.User(slot).Word.Load()
	s := layout.UserState(u)
	return s != layout.UserFree && s != layout.UserDead && layout.UserGen(u) == gen
}

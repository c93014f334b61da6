package alloc

import (
	"math/bits"

	"usarena/internal/layout"
)

// A span that its owner gives up with live blocks is tagged first: each block
// gets the index of its user, so that whoever adopts the span may die, and the
// other users may die, and everybody's blocks are known. Only owners change
// indices; a block that is collected loses its own before it can be issued again.

// tag gives all blocks of a span that have no index the one of this user. The
// caller owns the span and is not pinned. False: the file has no room for the
// record.
func (h *Heap) tag(page uint64, c int, tagged bool) bool {
	if h.r.SettleTenants(page) != nil {
		return false
	}
	t := h.r.Tenants(page)
	index := 1
	if tagged {
		index = h.seat(t)
	} else {
		t.Clear()                        // model: S30
		t.Entry(index).Store(h.tenant()) // model: S31
		for i := index + 1; i <= layout.MaxTenants; i++ {
			if e := t.Entry(i); e.Load() != layout.TenantNobody { // of an earlier span, or damage
				e.Store(layout.TenantNobody)
			}
		}
	}
	if index == 0 { // killed while it adopted: nothing here is the owner's yet
		return true
	}
	b := h.bitsAt(page)
	for w := range words(c) {
		live := liveBits(b, c, w)
		t.Set(w, ofTenant(t, w, live, 0), index) // model: S32
	}
	return true
}

// indexed counts the live blocks of a span by index, and those that are kept.
func (h *Heap) indexed(page uint64, c int, t *layout.Tenants) (live, kept [layout.MaxTenants + 1]int) {
	b := h.bitsAt(page)
	for w := range words(c) {
		m := liveBits(b, c, w)
		k := loadBits(&b[w&3].K)
		for m != 0 {
			i, these := t.First(w, m)
			live[i] += bits.OnesCount64(these)
			kept[i] += bits.OnesCount64(these & k)
			m &^= these
		}
	}
	return live, kept
}

// seat is this user's entry in t, 0 if it has none.
func (h *Heap) seat(t *layout.Tenants) int {
	for i := 1; i <= layout.MaxTenants; i++ {
		if t.Entry(i).Load()&^layout.TenantFlags == h.tenant() {
			return i
		}
	}
	return 0
}

// takeSeat gives this user an entry in the tagged span at page, which it has just
// adopted. False: as many others have live blocks there as can.
func (h *Heap) takeSeat(page uint64, c int) bool {
	t := h.r.Tenants(page)
	live, kept := h.indexed(page, c, t)
	free, nobody := 0, 0
	for i := 1; i <= layout.MaxTenants; i++ {
		who := t.Entry(i).Load()
		switch {
		case who&^layout.TenantFlags == h.tenant():
			return true
		case live[i] == 0:
			free = i
		case !h.nobodys(who, live[i], kept[i]) || !t.Entry(i).CompareAndSwap(who, layout.TenantNobody): // model: S33
		case nobody == 0:
			nobody = i
		case free == 0:
			h.mergeInto(c, t, i, nobody)
			free = i
		}
	}
	if free == 0 {
		return false
	}
	t.Entry(free).Store(h.tenant()) // model: S35
	return true
}

// mergeInto gives the blocks of one entry to another.
func (h *Heap) mergeInto(c int, t *layout.Tenants, from, to int) {
	for w := range words(c) {
		t.Set(w, ofTenant(t, w, wordMask(c, w), from), to) // model: S34
	}
}

// ofTenant are the blocks of mask, in word w, that have an index.
func ofTenant(t *layout.Tenants, w int, mask uint64, index int) (m uint64) {
	for mask != 0 {
		i, these := t.First(w, mask)
		if i == index {
			m |= these
		}
		mask &^= these
	}
	return m
}

// tenant is this user as an entry names it.
func (h *Heap) tenant() uint32 { return layout.LockWord(h.slot, h.gen) }

// nobodys says that the blocks of an entry belong to no user any more: it closed,
// or it died and all of them were kept.
func (h *Heap) nobodys(who uint32, live, kept int) bool {
	if who&layout.TenantDead != 0 {
		return live == kept
	}
	return h.gone(layout.LockSlot(who), layout.LockGen(who))
}

// gone says that a user has left for good, or was recovered.
func (h *Heap) gone(slot int, gen uint16) bool {
	if slot < 1 || slot > int(h.r.Geo.Users) {
		return true
	}
	u := h.r.User(slot).Word.Load()
	return layout.UserState(u) == layout.UserFree || layout.UserGen(u) != gen
}

// sole says that all live blocks of a span are this user's.
func (h *Heap) sole(page uint64, c int, t *layout.Tenants) bool {
	live, _ := h.indexed(page, c, t)
	for i := 1; i <= layout.MaxTenants; i++ {
		if live[i] != 0 && t.Entry(i).Load() != h.tenant() {
			return false
		}
	}
	return true
}

// reclaim frees what is left of the blocks of dead users that nobody kept, in a
// span that the caller owns, where the arena is made so.
func (h *Heap) reclaim(page uint64, c int, t *layout.Tenants) {
	for i := 1; i <= layout.MaxTenants; i++ {
		if t.Entry(i).Load()&layout.TenantReclaim == 0 {
			continue
		}
		b := h.bitsAt(page)
		for w := range words(c) {
			live := liveBits(b, c, w) &^ loadBits(&b[w&3].K)
			if dead := ofTenant(t, w, live, i); dead != 0 {
				orBits(&b[w&3].R, dead) // model: S29
			}
		}
	}
}

// reclaimable says that reclaim would free something in a span.
func (h *Heap) reclaimable(page uint64, c int, s layout.State) bool {
	if s&layout.Tagged == 0 {
		return false
	}
	t := h.r.Tenants(page)
	for i := 1; i <= layout.MaxTenants; i++ {
		if t.Entry(i).Load()&layout.TenantReclaim == 0 {
			continue
		}
		if live, kept := h.indexed(page, c, t); live[i] > kept[i] {
			return true
		}
	}
	return false
}

package repair

import (
	"math/bits"

	"usarena/info"
	"usarena/internal/layout"
)

const (
	indexBits  = 3
	indexWords = 12
	perIndex   = 64 / indexBits
)

// record is the tenants of a span.
type record struct {
	index [indexWords]uint64
	who   [layout.MaxTenants + 1]uint32 // by index; 0 is not used
}

func (r *record) of(n int) int { return int(r.index[n/perIndex] >> (n % perIndex * indexBits) & 7) }

func (r *record) set(n, index int) {
	shift := n % perIndex * indexBits
	r.index[n/perIndex] = r.index[n/perIndex]&^(7<<shift) | uint64(index)<<shift
}

func (x *repairer) tenantsOff(page uint64) uint64 { return x.geo.TenantsOff + page*layout.TenantsSize }

// record reads the tenants of a span; what is not tagged has none.
func (x *repairer) record(c claim) (r record) {
	if c.word&layout.Tagged == 0 {
		return r
	}
	off := x.tenantsOff(c.page)
	for i := range r.index {
		r.index[i] = x.d.word(off + uint64(i)*8)
	}
	for i := 1; i <= layout.MaxTenants; i++ {
		r.who[i] = x.entry(x.half(off + offEntries + uint64(i-1)*4))
	}
	return r
}

// entry is what becomes of an entry: users that cannot be are nobody, and those
// that were attached have died.
func (x *repairer) entry(w uint32) uint32 {
	slot, gen := layout.LockSlot(w), layout.LockGen(w)
	if slot < 1 || slot > int(x.geo.Users) || gen == 0 {
		return layout.TenantNobody
	}
	if x.attached(slot, gen) {
		w |= layout.TenantDead
	}
	if w&layout.TenantDead == 0 || x.head.Flags&layout.FlagReclaimOnDeath == 0 {
		w &^= layout.TenantReclaim
	}
	return w
}

// tag writes the tenants of a span with live blocks: those without an index are
// its owner's, and free blocks have none.
func (x *repairer) tag(c claim, o owner) {
	r := x.record(c)
	b := x.bits(c.page)
	var count [layout.MaxTenants + 1]int
	live := func(f func(n int)) {
		for i, a := range b.a {
			for ; a != 0; a &= a - 1 {
				f(i*64 + bits.TrailingZeros64(a))
			}
		}
	}
	old := r
	r.index = [indexWords]uint64{}
	live(func(n int) { r.set(n, old.of(n)); count[old.of(n)]++ })
	if count[0] > 0 {
		seat := r.seat(o.who, &count)
		r.who[seat] = o.who
		live(func(n int) {
			if r.of(n) == 0 {
				r.set(n, seat)
			}
		})
	}
	x.store(c.page, &r)
}

// seat is an index for the owner's blocks: its own, one that no block has, or the
// last one, whose blocks are nobody's then.
func (r *record) seat(who uint32, count *[layout.MaxTenants + 1]int) int {
	free := layout.MaxTenants
	for i := layout.MaxTenants; i > 0; i-- {
		if r.who[i]&^layout.TenantFlags == who&^layout.TenantFlags && who != layout.TenantNobody {
			return i
		}
		if count[i] == 0 || r.who[i] == who {
			free = i
		}
	}
	return free
}

func (x *repairer) store(page uint64, r *record) {
	if !x.geo.Packed() {
		p := x.geo.TenantPiece(page)
		x.d.extend(p.Off + p.Len)
		x.d.reserve(p)
	}
	off := x.tenantsOff(page)
	for i, w := range r.index {
		x.set(info.KindOwner, off+uint64(i)*8, w, "whose the blocks of the span at page %d are", page)
	}
	for i := 1; i <= layout.MaxTenants; i++ {
		x.setHalf(info.KindOwner, off+offEntries+uint64(i-1)*4, r.who[i], "user %d of the span at page %d", i, page)
	}
	x.pads(layout.TenantsPadding, off)
}

// staleTenants takes users that cannot be out of a record, whether it counts now
// or only when a span begins there again.
func (x *repairer) staleTenants(page uint64) {
	off := x.tenantsOff(page)
	x.pads(layout.TenantsPadding, off)
	for i := 1; i <= layout.MaxTenants; i++ {
		at := off + offEntries + uint64(i-1)*4
		if w := x.half(at); w != 0 && x.entry(w) == layout.TenantNobody {
			x.setHalf(info.KindOwner, at, layout.TenantNobody, "user %d of a span at page %d", i, page)
		}
	}
}

package info

import (
	"math/bits"
	"unsafe"

	"usarena/internal/layout"
)

// tenancy says whose the blocks of one span are, copied word by word. It is a
// layout.Tenants, or zero where the span is not tagged.
type tenancy struct {
	word layout.State
	layout.Tenants
}

const (
	offIndex   = uint64(unsafe.Offsetof(layout.Tenants{}.Index))
	offEntries = uint64(unsafe.Offsetof(layout.Tenants{}.Who))
)

// tenancy reads the record of the span at page, which exists only if its word is
// tagged.
func (m *image) tenancy(page uint64, word layout.State) *tenancy {
	t := &tenancy{word: word}
	if word&layout.Tagged == 0 {
		return t
	}
	at := page * layout.TenantsSize
	for i := range t.Index {
		t.Index[i].Store(m.tenantWord(at + offIndex + uint64(i)*8))
	}
	for i := range t.Who {
		t.Who[i].Store(m.entry(page, i+1))
	}
	return t
}

// tenantWord is a word of the tenants, by its offset in their zone.
func (m *image) tenantWord(off uint64) uint64 { return load(m.tenants, off/8) }

// entry is the entry of an index in the record of a tagged span.
func (m *image) entry(page uint64, index int) uint32 {
	off := page*layout.TenantsSize + offEntries + uint64(index-1)*4
	return uint32(m.tenantWord(off) >> (off % 8 * 8))
}

// tenant is who a block belongs to.
type tenant struct {
	slot   int // 0 nobody
	gen    uint16
	orphan bool
}

// tenantOf says whose block bit n of word i is.
func (m *image) tenantOf(t *tenancy, b *blockBits, i, n int) tenant {
	who := layout.LockWord(t.word.Slot(), t.word.Gen())
	left := t.word&(layout.Orphaned|layout.Owned) == layout.Orphaned
	if x := t.Of(i*64 + n); x != 0 {
		who = t.Entry(x).Load()
		left = who&layout.TenantDead != 0
	}
	return m.tenantBy(layout.LockSlot(who), layout.LockGen(who), left && b.k[i]>>n&1 == 0)
}

// tenantOfLarge is the user of a large block. One that looks orphaned while its user
// lives is just being dropped by it.
func (m *image) tenantOfLarge(s layout.State) tenant {
	return m.tenantBy(s.Slot(), s.Gen(), s&layout.Orphaned != 0 && !m.working(s.Slot(), s.Gen()))
}

// tenantBy is a user by slot and generation; what nobody has any more is nobody's.
func (m *image) tenantBy(slot int, gen uint16, orphan bool) tenant {
	if !orphan && (slot < 1 || slot > int(m.geo.Users) || !m.inUse(slot, gen)) {
		return tenant{}
	}
	return tenant{slot, gen, orphan}
}

// orphans counts the orphans of a span.
func (m *image) orphans(r run, b *blockBits) (n int) {
	m.eachLive(r, b, func(_ int, t tenant) {
		if t.orphan {
			n++
		}
	})
	return n
}

// eachLive calls f for each live block of a span.
func (m *image) eachLive(r run, b *blockBits, f func(block int, t tenant)) {
	c, ten := layout.ClassTable[r.word.Class()], m.tenancy(r.page, r.word)
	for i := range layout.BitWords {
		for live := b.live(i) & inClass(c, i); live != 0; live &= live - 1 {
			n := bits.TrailingZeros64(live)
			f(i*64+n, m.tenantOf(ten, b, i, n))
		}
	}
}

// lookAtTenants judges the record of a tagged span.
func (l *looker) lookAtTenants(r run, b *blockBits) {
	m, w := l.m, r.word
	if w&layout.Tagged == 0 {
		return
	}
	off := m.geo.TenantsOff + r.page*layout.TenantsSize
	l.reserved(layout.TenantsPadding, off, func(at uint64) uint64 { return m.tenantWord(at - m.geo.TenantsOff) })
	t := m.tenancy(r.page, w)
	for i := 1; i <= layout.MaxTenants; i++ {
		who := t.Entry(i).Load()
		at, slot, gen := off+offEntries+uint64(i-1)*4, layout.LockSlot(who), layout.LockGen(who)
		switch {
		case slot > int(m.geo.Users) || slot == 0 && who&^layout.TenantFlags != layout.TenantNobody:
			l.log.add(KindOwner, at, uint64(who), "span at page %d: entry %d names slot %d generation %d, there are %d", r.page, i, slot, gen, m.geo.Users)
		case who&layout.TenantDead != 0 && slot != 0 && m.working(slot, gen) && m.entry(r.page, i) == who && m.working(slot, gen):
			l.log.add(KindOwner, at, uint64(who), "span at page %d: entry %d says that the user of slot %d died, which is in use (user word %#x)", r.page, i, slot, m.userWord(slot))
		}
	}
	for i := range layout.BitWords {
		for n := range 64 {
			if x := i*64 + n; x < layout.MaxSpanBlocks && (b.a[i]|b.r[i])>>n&1 == 0 && t.Of(x) != 0 && !l.changed(r, r.page, w) && m.stillFree(r.page, i, n, x) {
				l.log.add(KindOwner, off+offIndex, uint64(x), "span at page %d: block %d is free, its index says user %d", r.page, x, t.Of(x))
				return
			}
		}
	}
}

// stillFree says that a block still is neither allocated nor returned, and has an
// index.
func (m *image) stillFree(page uint64, i, n, x int) bool {
	t := m.tenancy(page, m.state(page))
	b := m.blockBits(page)
	return !m.live || (b.a[i]|b.r[i])>>n&1 == 0 && t.Of(x) != 0
}

// working says that a slot's user is attached and nobody has begun to recover it.
func (m *image) working(slot int, gen uint16) bool {
	w := m.userWord(slot)
	return m.inUse(slot, gen) && layout.UserState(w) != layout.UserDead
}

package layout

import (
	"math/bits"
	"sync/atomic"
)

// Tenants says whose blocks are live in a tagged span. Each block has an index of
// three bits, 0 for the user in the span's word. Only who owns the span writes
// here; but whoever recovers a dead user sets the flags of its entry.
type Tenants struct {
	Index  [tenantWords]atomic.Uint64 // truth: the blocks' indices, perWord in a word
	_pad60 uint32
	Who    [MaxTenants]atomic.Uint32 // truth: of index i, in [i-1]: a user as LockWord names it, and flags
}

const (
	tenantBits  = 3
	tenantsOne  = 1<<tenantBits - 1
	perWord     = 64 / tenantBits
	tenantWords = MaxSpanBlocks / perWord

	// MaxTenants is how many users can have blocks in one span that others own,
	// and the greatest index.
	MaxTenants = tenantsOne
)

// Flags of an entry, and the entry of blocks that are no user's any more.
const (
	TenantDead    uint32 = 1 << 0 // died: its blocks are orphans
	TenantReclaim uint32 = 1 << 1 // died: whoever owns the span frees its blocks
	TenantFlags          = TenantDead | TenantReclaim
	TenantNobody  uint32 = 0
)

// Of is the index of block n, 0 <= n < MaxSpanBlocks.
func (t *Tenants) Of(n int) int {
	return int(t.Index[n/perWord].Load() >> (n % perWord * tenantBits) & tenantsOne)
}

// First is the index of the first block of mask, in word w of A, and some blocks of
// mask that have it too, the first among them: all that one word of Index has.
func (t *Tenants) First(w int, mask uint64) (index int, these uint64) {
	const fields = (1<<(perWord*tenantBits) - 1) / tenantsOne
	n := (w*64 + bits.TrailingZeros64(mask)) & 0xff
	word := t.Index[n/perWord%tenantWords].Load()
	index = int(word >> (n % perWord * tenantBits) & tenantsOne)
	other := word ^ uint64(index)*fields
	these = together(^(other | other>>1 | other>>2))
	if base := n - n%perWord - w*64; base >= 0 {
		these <<= base
	} else {
		these >>= -base
	}
	return index, these & mask
}

// Set gives the blocks of mask, in word w of A, another index: each in one step,
// if in no order. Only the span's owner may.
func (t *Tenants) Set(w int, mask uint64, index int) {
	const all = 1<<perWord - 1
	for mask != 0 {
		n := (w*64 + bits.TrailingZeros64(mask)) & 0xff
		base := n - n%perWord - w*64
		var part uint64 // from the block of the word's first field
		if base >= 0 {
			part = mask >> base & all
			mask &^= part << base
		} else {
			part = mask << -base & all
			mask &^= part >> -base
		}
		at, word := n/perWord%tenantWords, apart(part)
		old := t.Index[at].Load()
		t.Index[at].Store(old&^(word*tenantsOne) | word*uint64(index&tenantsOne))
	}
}

// Clear gives all blocks the index 0.
func (t *Tenants) Clear() {
	for i := range t.Index {
		if w := &t.Index[i]; w.Load() != 0 {
			w.Store(0)
		}
	}
}

// Entry is the entry of an index, 1 <= index <= MaxTenants.
func (t *Tenants) Entry(index int) *atomic.Uint32 { return &t.Who[index-1] }

package layout

import (
	"math/bits"
	"math/rand/v2"
	"testing"
)

// Tenants against a list of indices, block by block.
func TestTenants(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var rec Tenants
	var want [BitWords * 64]int
	for range 20_000 {
		w := r.IntN(BitWords)
		mask := r.Uint64()
		for range r.IntN(4) {
			mask &= r.Uint64()
		}
		mask &= 1<<min(64, MaxSpanBlocks-w*64) - 1
		index := r.IntN(MaxTenants + 1)
		rec.Set(w, mask, index)
		for m := mask; m != 0; m &= m - 1 {
			want[w*64+bits.TrailingZeros64(m)] = index
		}
		for n := range MaxSpanBlocks {
			if got := rec.Of(n); got != want[n] {
				t.Fatalf("block %d has index %d, want %d", n, got, want[n])
			}
		}
		look := r.Uint64() & (1<<min(64, MaxSpanBlocks-w*64) - 1)
		for m := look; m != 0; {
			i, these := rec.First(w, m)
			if these&m != these || these&(m&-m) == 0 {
				t.Fatalf("%#x of %#x", these, m)
			}
			for b := these; b != 0; b &= b - 1 {
				if n := w*64 + bits.TrailingZeros64(b); want[n] != i {
					t.Fatalf("block %d has index %d, want %d", n, i, want[n])
				}
			}
			m &^= these
		}
	}
}

// Masks of blocks that no span has, as damage gives them, end too.
func TestTenantsBeyond(t *testing.T) {
	var rec Tenants
	rec.Set(BitWords-1, ^uint64(0), 5)
	for m := ^uint64(0); m != 0; {
		_, these := rec.First(BitWords-1, m)
		if these&(m&-m) == 0 {
			t.Fatalf("%#x of %#x", these, m)
		}
		m &^= these
	}
}

func TestFields(t *testing.T) {
	for n := range perWord {
		if got := apart(1 << n); got != 1<<(n*tenantBits) {
			t.Errorf("%d: %#x", n, got)
		}
	}
	r := rand.New(rand.NewPCG(3, 4))
	for range 1000 {
		m := r.Uint64() & (1<<perWord - 1)
		if got := together(apart(m) * tenantsOne); got != m {
			t.Errorf("%#x became %#x", m, got)
		}
	}
}

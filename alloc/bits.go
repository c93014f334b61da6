package alloc

import (
	"math/bits"
	"sync/atomic"

	"usarena/internal/layout"
)

func lowBit(m uint64) uint64    { return uint64(bits.TrailingZeros64(m)) }
func onesCount(m uint64) uint64 { return uint64(bits.OnesCount64(m)) }

func orBits(p *uint64, v uint64) { atomic.OrUint64(p, v) }

// storeInHand stores a word of A of a span in hand, outside any pinned section.
func storeInHand(p *uint64, v uint64) { atomic.StoreUint64(p, v) }

// clearBits empties the bits of a page that is about to become a span.
func (h *Heap) clearBits(page uint64) {
	b := h.bitsAt(page)
	for w := range layout.BitWords { // model: S19
		atomic.StoreUint64(&b[w].A, 0)
		atomic.StoreUint64(&b[w].R, 0)
		atomic.StoreUint64(&b[w].K, 0)
	}
}

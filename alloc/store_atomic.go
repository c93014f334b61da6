//go:build !(amd64 || arm64 || 386.sse2) && !race

package alloc

import "sync/atomic"

// storeA stores a word of A. A plain store would be two instructions, and a kill
// between them would leave half a word.
func storeA(p *uint64, v uint64) { atomic.StoreUint64(p, v) }

// loadA loads a word of A that only the caller writes, or a word of which one bit is
// to be looked at: that is in one half or the other.
func loadA(p *uint64) uint64 { return *p }

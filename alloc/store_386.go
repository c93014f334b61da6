//go:build 386.sse2 && !race

package alloc

// storeA stores a word of A by one instruction. The store of sync/atomic is the same
// with a barrier after it, which nobody needs here and which takes three times as long.
//
//go:noescape
func storeA(p *uint64, v uint64)

// loadA loads a word of A that only the caller writes, or a word of which one bit is
// to be looked at: that is in one half or the other.
func loadA(p *uint64) uint64 { return *p }

//go:build (amd64 || arm64) && !race

package alloc

// storeA stores a word of A. Pinned, it is a plain store between two calls that
// the compiler cannot see into; other processes see it whole because it is
// aligned, and in time because whoever hands the block on does so atomically.
func storeA(p *uint64, v uint64) { *p = v }

// loadA loads a word of A that only the caller writes, or one of which a single bit
// is to be looked at.
func loadA(p *uint64) uint64 { return *p }

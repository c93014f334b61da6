//go:build !(amd64 || arm64) || race

package alloc

import "sync/atomic"

// storeA stores a word of A. Where a plain store would be two instructions, or
// the race detector is to see it, it is atomic.
func storeA(p *uint64, v uint64) { atomic.StoreUint64(p, v) }

// loadA loads a word of A that only the caller writes.
func loadA(p *uint64) uint64 { return atomic.LoadUint64(p) }

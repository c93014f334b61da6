//go:build race

package alloc

import "sync/atomic"

// The race detector is to see these.

func storeA(p *uint64, v uint64) { atomic.StoreUint64(p, v) }

func loadA(p *uint64) uint64 { return atomic.LoadUint64(p) }

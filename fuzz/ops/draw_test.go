package ops_test

import (
	"math/bits"

	"pgregory.net/rapid"

	"usarena/config"
)

// configs are the arenas that runs are played in.
var configs = []config.Config{
	{Size: 64 << 10, NoAutoGrow: true},
	{Size: 1 << 20, NoAutoGrow: true},
	{Size: 16 << 20, NoAutoGrow: true},
	{Size: 64 << 10, MaxSize: 64 << 20},
}

// weights is how often each kind of operation is drawn.
var weights = []struct {
	kind string
	n    int
}{
	{"malloc", 6}, {"free", 5}, {"realloc", 4}, {"recalloc", 3}, {"calloc", 2}, {"memalign", 2}, {"verify", 2}, {"size", 1},
	{"wrong", 4}, {"root", 2}, {"rejoin", 1}, {"debug", 1}, {"walk", 1}, {"burst", 3},
}

// inBurst are the kinds that several processes can do at once without knowing
// of each other.
var inBurst = []string{"malloc", "malloc", "malloc", "free", "free", "realloc", "recalloc", "calloc", "memalign", "verify"}

var kindOf = func() *rapid.Generator[string] {
	var all []string
	for _, w := range weights {
		for range w.n {
			all = append(all, w.kind)
		}
	}
	return rapid.SampledFrom(all)
}()

// sizes are requests for an arena of so many bytes: mostly small, sometimes
// pages, rarely more than there can be.
func sizes(ceiling uint64) *rapid.Generator[uint64] {
	small, pages := rapid.Uint64Range(0, 1024), rapid.Uint64Range(1, min(40<<10, ceiling))
	return rapid.OneOf(small, small, small, pages, pages,
		rapid.Uint64Range(32<<10, max(33<<10, ceiling/3)),
		rapid.SampledFrom([]uint64{0, 1, 16, 17, 128, 129, 4096, 32 << 10, 32<<10 + 1, ceiling, ceiling + 1, 1 << 40, ^uint64(0)}))
}

// workerOf draws who does it.
func (r *run) workerOf() int { return rapid.IntRange(0, workers-1).Draw(r.t, "worker") }

// pick draws a live block that nobody in the burst has anything to do with.
func (r *run) pick(busy map[*block]bool) *block {
	var idle []*block
	for _, b := range r.m.list {
		if !busy[b] {
			idle = append(idle, b)
		}
	}
	if len(idle) == 0 {
		return nil
	}
	b := idle[rapid.IntRange(0, len(idle)-1).Draw(r.t, "block")]
	if busy != nil {
		busy[b] = true
	}
	return b
}

// elements splits a size into a number of elements and their size.
func (r *run) elements() (n, size uint64) {
	size = rapid.SampledFrom([]uint64{1, 1, 3, 8, 24, 100, 1 << 33}).Draw(r.t, "element")
	n = r.sizes.Draw(r.t, "bytes") / size
	if size == 1<<33 {
		n = rapid.SampledFrom([]uint64{0, 1 << 31, 1 << 32}).Draw(r.t, "many")
	}
	return n, size
}

// product is n*size, or more than anything when that overflows.
func product(n, size uint64) uint64 {
	hi, lo := bits.Mul64(n, size)
	if hi != 0 {
		return ^uint64(0)
	}
	return lo
}

// notABlock draws an offset at which no live block begins, and says what it is.
func (r *run) notABlock() (uint64, string) {
	off, what := uint64(0), rapid.SampledFrom([]string{"freed", "interior", "interior", "page", "near", "wild"}).Draw(r.t, "what")
	switch what {
	case "freed":
		if n := len(r.m.gone); n > 0 {
			off = r.m.gone[rapid.IntRange(0, n-1).Draw(r.t, "freed")]
		}
	case "interior":
		if b := r.pick(nil); b != nil && b.size > 1 {
			off = b.off + rapid.OneOf(rapid.Uint64Range(1, b.size-1), rapid.SampledFrom([]uint64{1, 8, min(16, b.size-1), b.size - 1, b.size / 2})).Draw(r.t, "in")
		}
	case "page":
		off = r.dataOff + rapid.Uint64Range(0, r.ceiling>>12).Draw(r.t, "page")<<12
	case "near":
		off = rapid.Uint64Range(1, r.dataOff+r.ceiling+1<<20).Draw(r.t, "offset")
	case "wild":
		off = rapid.Uint64().Draw(r.t, "wild")
	}
	if r.m.live[off] != nil || off == 0 {
		return 0, what
	}
	return off, what
}

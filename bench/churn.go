package bench

import (
	"time"

	"usarena/arena"
)

// mix says how a churn chooses.
type mix struct {
	slots   int
	lo, oct uint64 // sizes: so many octaves from lo on
}

// The mixes of W3 and W4.
var (
	smallMix = mix{100000, 16, 6}
	largeMix = mix{1000, 4096, 8}
)

// slot is one live block.
type slot struct {
	p    arena.Offset
	size uint64
}

// churn keeps slots live and replaces random ones.
type churn struct {
	mix
	a     *arena.Arena
	r     random
	slots []slot
}

// newChurn fills all slots.
func newChurn(a *arena.Arena, m mix, worker int) (*churn, error) {
	c := &churn{mix: m, a: a, r: newRandom(worker), slots: make([]slot, m.slots)}
	for i := range c.slots {
		size := logUniform(c.r.next(), m.lo, m.oct)
		p, err := a.Malloc(size)
		if err != nil {
			return nil, err
		}
		*word(a, p) = mark(uint64(i), p)
		c.slots[i] = slot{p, size}
	}
	return c, nil
}

// mark is what a block is marked with.
func mark(i uint64, p arena.Offset) uint64 { return i<<40 ^ p }

// run is n operations: free a random slot, allocate anew.
func (c *churn) run(n int) error {
	a, r, slots := c.a, c.r, c.slots
	for range n {
		i := below(r.next(), uint64(len(slots)))
		s := &slots[i]
		if got := *word(a, s.p); got != mark(i, s.p) {
			return lost(s.p, got, mark(i, s.p))
		}
		if err := a.Free(s.p); err != nil {
			return err
		}
		size := logUniform(r.next(), c.lo, c.oct)
		p, err := a.Malloc(size)
		if err != nil {
			return err
		}
		*word(a, p) = mark(i, p)
		*s = slot{p, size}
	}
	c.r = r
	return nil
}

// runNull is the same on the null allocator; every slot is its one block.
func (c *churn) runNull(z *null, n int) (wrong int) {
	r, slots := c.r, c.slots
	for range n {
		i := below(r.next(), uint64(len(slots)))
		s := &slots[i]
		if *word(z.a, s.p) != mark(i, s.p) {
			wrong++
		}
		z.free(s.p)
		size := logUniform(r.next(), c.lo, c.oct)
		p, _ := z.malloc(size)
		*word(z.a, p) = mark(i, p)
		*s = slot{p, size}
	}
	c.r = r
	return wrong
}

// timed does up to n operations in at most limit and says how many, and how long
// they took.
func timed(n int, limit time.Duration, run func(n int) error) (done int, took time.Duration, err error) {
	const step = 1 << 14
	start := time.Now()
	for done < n && took < limit {
		k := min(step, n-done)
		if err := run(k); err != nil {
			return done, took, err
		}
		done += k
		took = time.Since(start)
	}
	return done, took, nil
}

// live is the sum of all requested sizes.
func (c *churn) live() (sum uint64) {
	for _, s := range c.slots {
		sum += s.size
	}
	return sum
}

// peakLive is the most that live is at any time of a churn of n operations.
func peakLive(m mix, n int) (peak uint64) {
	r, sizes, live := newRandom(0), make([]uint64, m.slots), uint64(0)
	for i := range sizes {
		sizes[i] = logUniform(r.next(), m.lo, m.oct)
		live += sizes[i]
	}
	for range n {
		peak = max(peak, live)
		i := below(r.next(), uint64(m.slots))
		size := logUniform(r.next(), m.lo, m.oct)
		live += size - sizes[i]
		sizes[i] = size
	}
	return max(peak, live)
}

// drain frees all slots.
func (c *churn) drain() error {
	for _, s := range c.slots {
		if err := c.a.Free(s.p); err != nil {
			return err
		}
	}
	return nil
}

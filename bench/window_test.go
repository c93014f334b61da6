package bench

import (
	"fmt"
	"testing"
)

// BenchmarkW3Looks is W3 without malloc and free: the look at a random block, and
// after it so many steps of other work that does not depend on what was found. It shows
// for how many blocks the processor waits at a time: the more work lies between two
// looks, the fewer of them are within what it sees ahead.
func BenchmarkW3Looks(b *testing.B) {
	for _, steps := range []int{0, 10, 20, 40, 80, 160} {
		b.Run(fmt.Sprintf("steps=%d", steps), func(b *testing.B) {
			c, err := newChurn(arenaFor(b), smallMix, 0)
			must(b, err)
			must(b, c.looks(smallMix.slots, steps))
			b.ResetTimer()
			must(b, c.looks(b.N, steps))
			b.StopTimer()
			must(b, c.drain())
		})
	}
}

func (c *churn) looks(n, steps int) error {
	a, r, slots := c.a, c.r, c.slots
	other := uint64(n)
	for range n {
		i := below(r.next(), uint64(len(slots)))
		s := &slots[i]
		if got := *word(a, s.p); got != mark(i, s.p) {
			return lost(s.p, got, mark(i, s.p))
		}
		for range steps {
			other += other >> 3 // four instructions
		}
	}
	c.r = r
	sink = &[8]uint64{other} // so that the work is done
	return nil
}

package bench

// The seed of worker 0, and what is added for each further one.
const (
	seed     uint64 = 88172645463325252
	seedStep uint64 = 0x9E3779B97F4A7C15
)

// random is xorshift64 with the shifts 13, 7, 17.
type random uint64

func newRandom(worker int) random { return random(seed + uint64(worker)*seedStep) }

func (r *random) next() uint64 {
	x := uint64(*r)
	x ^= x << 13
	x ^= x >> 7
	x ^= x << 17
	*r = random(x)
	return x
}

// below maps a random number to 0 … n-1.
func below(r, n uint64) uint64 { return ((r >> 32) * n) >> 32 }

// logUniform maps a random number to a size: k octaves from lo, each equally
// likely.
func logUniform(r, lo, k uint64) uint64 {
	base := lo << ((r >> 32) % k)
	return base + r&(base-1)
}

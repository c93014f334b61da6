package bench

import "time"

// spin is work that needs no memory and no system: n multiplications, each of
// which waits for the one before, and the first one for x. Callers hand the
// result of one call to the next; a processor runs calls that have nothing to do
// with each other at the same time. The peers in C have the same.
//
//go:noinline
func spin(x, n uint32) uint32 {
	for range n {
		x = x*1664525 + 1013904223
	}
	return x
}

// turns are as many turns of spin as take d at the machine's best: the shortest
// of several trials, so that a slow spell does not make the work smaller.
func turns(d time.Duration) uint32 {
	const trial = 100_000
	best, x := time.Hour, uint32(1)
	for range 20 {
		start := time.Now()
		x = spin(x, trial)
		best = min(best, time.Since(start))
	}
	return uint32(float64(d)*trial/float64(best) + 0.5)
}

// Package bench holds the workloads that usarena and its peers are measured
// with, for the command (usarena bench) and for go test -bench.
//
//	W1 alloc, write, free of one size        W5 W3 by one and two processes
//	W2 1000 blocks, then all freed           W6 one process allocates, another frees
//	W3 churn of 100000 small blocks          W7 a block that grows
//	W4 churn of 1000 large blocks            W8 a fresh process joins and allocates
//
// The operations are the same in every program and every run: an xorshift64
// generator with fixed seeds chooses slots and sizes. The loops call a concrete
// *arena.Arena, never an interface. Beside each loop stands its empty twin
// (null): the same work with an allocator that does nothing, so that the loop's
// own cost can be subtracted.
//
// Measured by the command, each workload runs in a fresh process that is pinned
// to a CPU, on a sparse arena of 2 GiB on /dev/shm.
//
// Reading order: random.go, null.go, pairs.go, batch.go, churn.go, ring.go,
// growth.go, join.go (the loops), then workloads.go, run.go (their metrics).
package bench

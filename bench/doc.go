// Package bench holds the workloads that usarena and its peers are measured
// with, for the command (usarena bench) and for go test -bench.
//
//	W1 alloc, write, free of one size        W5 W3 by one and two processes
//	W2 1000 blocks, then all freed           W6 one process allocates, another frees
//	W3 churn of 100000 small blocks          W7 a block that grows
//	W4 churn of 1000 large blocks            W8 a fresh process joins and allocates
//	W9 locks, semaphores and barriers: one process, its goroutines, two processes
//
// The operations are the same in every program and every run: an xorshift64
// generator with fixed seeds chooses slots and sizes. The loops call a concrete
// *arena.Arena or *sync.Lock, never an interface. Beside each loop stands its empty twin
// (null): the same work with an allocator that does nothing, so that the loop's
// own cost can be subtracted.
//
// Measured by the command, each workload runs in a fresh process that is pinned
// to a CPU, on a sparse arena of 2 GiB on /dev/shm.
//
// Directory peers holds W9 once more in C, with the locks of POSIX, and the
// program that compares both; make bench-locks runs them.
//
// Reading order: random.go, null.go, pairs.go, batch.go, churn.go, ring.go,
// growth.go (the loops of memory), spin.go, table.go, locks.go, signals.go,
// crowd.go (those of locks), several.go, duty.go (their processes), then
// workloads.go, inturn.go, w9.go, run.go (their metrics).
package bench

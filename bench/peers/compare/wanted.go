package main

import "slices"

// wanted are the limits of all workloads.
var wanted = slices.Concat(w1234, w567, replays, w9)

// w1234 are those of one process's calls.
var w1234 = []limit{
	{metric: "W1 pair_16_ns", sign: "<=", bound: 16},
	{metric: "W1 pair_64_ns", sign: "<=", bound: 16},
	{metric: "W1 pair_256_ns", sign: "<=", bound: 16},
	{metric: "W1 pair_16_ns", peer: "glibc", net: true, sign: "<=", bound: 1.8},
	{metric: "W1 pair_64_ns", peer: "glibc", net: true, sign: "<=", bound: 1.8},
	{metric: "W1 pair_256_ns", peer: "glibc", net: true, sign: "<=", bound: 1.8},
	{metric: "W1 pair_16_ns", peer: "boost_rb", net: true, speed: true, least: true, sign: ">=", bound: 8},
	{metric: "W1 pair_64_ns", peer: "boost_rb", net: true, speed: true, least: true, sign: ">=", bound: 8},
	{metric: "W1 pair_256_ns", peer: "boost_rb", net: true, speed: true, least: true, sign: ">=", bound: 8},
	{metric: "W1 pair_4096_ns", peer: "glibc", net: true, sign: "<=", bound: 1.5},
	{metric: "W1 pair_65536_ns", peer: "glibc", net: true, sign: "<=", bound: 1.5},
	{metric: "W2 fifo_ns", peer: "glibc", net: true, sign: "<=", bound: 1.8},
	{metric: "W2 lifo_ns", peer: "glibc", net: true, sign: "<=", bound: 1.8},
	{metric: "W2 random_ns", peer: "glibc", net: true, sign: "<=", bound: 1.8},
	{metric: "W3 op_ns", peer: "glibc", net: true, sign: "<=", bound: 1},
	{metric: "W3 high_over_live", sign: "<=", bound: 1.16},
	{metric: "W4 op_ns", peer: "mimalloc", net: true, sign: "<=", bound: 1},
	{metric: "W4 high_over_live", sign: "<=", bound: 1.2},
}

// w567 are those of several processes, of growth and of joining.
var w567 = []limit{
	{metric: "W5 scaling", peer: "glibc", sign: ">=", bound: 0.95},
	{metric: "W5 ops2_per_s", peer: "boost_rb", sign: ">=", bound: 30},
	{metric: "W6 items_per_s", peer: "mimalloc", sign: ">=", bound: 1},
	{metric: "W6 items_per_s", peer: "jemalloc"},
	{metric: "W7 growth_us", peer: "boost_rb", sign: "<=", bound: 1.5},
	{metric: "W8 attach_us", sign: "<=", bound: 60},
	{metric: "W8 attach_us", peer: "boost_rb", sign: "<=", bound: 1.7},
}

// replays are those of recorded programs.
var replays = []limit{
	{metric: "replay gcc_ns", peer: "glibc", sign: "<=", bound: 1.3},
	{metric: "replay node_ns", peer: "glibc", sign: "<=", bound: 1.3},
	{metric: "replay perl_ns", peer: "glibc", sign: "<=", bound: 1.3},
	{metric: "replay sqlite_ns", peer: "glibc", sign: "<=", bound: 1.3},
	{metric: "replay gcc_utilization", sign: ">=", bound: 0.87},
	{metric: "replay node_utilization", sign: ">=", bound: 0.74},
	{metric: "replay perl_utilization", sign: ">=", bound: 0.77},
	{metric: "replay sqlite_utilization", sign: ">=", bound: 0.88},
}

// w9 are those of locks, semaphores and barriers.
var w9 = []limit{
	{metric: "W9 uncontended_ns", peer: "go_cas", sign: "<=", bound: 1.25},
	{metric: "W9 uncontended_ns", peer: "pthread_robust", sign: "<", bound: 1},
	{metric: "W9 uncontended_allocs", sign: "<=", bound: 0},
	{metric: "W9 local2_ns", peer: "go_sync_mutex", speed: true, sign: ">=", bound: 0.5},
	{metric: "W9 local8_ns", peer: "go_sync_mutex", speed: true, sign: ">=", bound: 0.5},
	{metric: "W9 cs50_locks_per_s", peer: "pthread_pshared", sign: ">=", bound: 0.9},
	{metric: "W9 cs50_min_share", sign: ">=", bound: 0.4},
	{metric: "W9 cs50_out50_locks_per_s", peer: "pthread_pshared"},
	{metric: "W9 cs50_out50_min_share"},
	{metric: "W9 pingpong_cross_us", peer: "posix_sem", sign: "<=", bound: 1.1},
	{metric: "W9 pingpong_same_us", peer: "posix_sem", sign: "<=", bound: 1.6},
	{metric: "W9 pingpong_free_us", peer: "posix_sem", sign: "<=", bound: 1.1},
	{metric: "W9 barrier_us", peer: "pthread_barrier_pshared", sign: "<=", bound: 1.1},
}

// Package errors lets system calls fail and disks be full. It contains nothing
// but tests.
//
// A call fails without help of the code that makes it: a process that works with
// arenas is traced, its system calls are counted from the moment it begins an
// operation, and the k-th is kept from the kernel, which leaves the errno that
// the test wants as its result. k goes from 1 until an operation ends without
// having come so far, and for each k the errno goes through what that call may
// give. Calls of Go's runtime and of the tests are let through: the stack tells
// them apart.
//
// What is held, for each failure: no panic, no fault, nobody waits for ever. An
// operation that fails returns an error that contains the errno, and leaves no
// descriptor and no mapping behind. EINTR, and whatever else it is right to try
// again, does not show. The arena is sound, and the same operation succeeds when
// it is done again.
//
// Disks: several processes fill small ones with arenas, again and again. What is
// held: ErrNoSpace, which is ENOSPC as well, and never a signal; the arena is
// sound and usable when there is space again.
//
// Nouns: a scene is an operation with what comes before and after it; the stage
// is the process that plays it; a plan says which call fails, and how.
//
// Failures need ptrace and are played on amd64 and 386; disks need the right to
// mount.
//
//	-errors.all         every errno for every call, once and for good
//	-errors.scene=NAME  one scene alone
//	-errors.seed=N      which errno the short form takes for each call; 0 takes the time
//	-errors.fills=N     times that each disk is filled (100; long 10000)
//
// Reading order: plan_test.go, tracer_test.go, calls_test.go (what fails),
// scene_test.go, other_test.go, stage_test.go, census_test.go (in what),
// errors_test.go; mount_linux_test.go, disk_linux_test.go, filler_linux_test.go.
package errors

// Package ops holds a test of the arena against a plain model: operations drawn
// at random are carried out by several real processes on one shared arena, and a
// Go map in the parent says what the answers must be.
//
// What is held: no two live blocks overlap; every offset is aligned as asked;
// what one process wrote into a block another one reads there until it is freed,
// through every Realloc; zeroed memory is zero; a free, size or resize of what
// is no live block is refused and changes nothing; the walk finds exactly the
// blocks of the model; when all is freed and everybody has left, all pages are
// free and can be had in one piece; Check finds nothing, at any time.
//
// Most operations run one at a time, so that a failure shrinks to a short list.
// A burst gives each process several at once, on blocks of its own.
//
// Trust: the workers are this test binary, started again; they stay alive from
// run to run, while each run has a fresh arena.
//
// By hand, for long:
//
//	go test ./fuzz/ops -rapid.checks=10000
//
// Reading order: model_test.go (what must hold), draw_test.go (what is tried),
// run_test.go, account_test.go, work_test.go, pattern_test.go (the workers).
package ops

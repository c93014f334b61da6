// Package worker starts more processes of the program that is running, for work
// that needs real processes: the benchmarks, the replay of traces, the demo and
// tests.
//
// A program registers what its workers can do (Register) and calls Main first
// thing; there the environment says whether it is a worker. Start starts one.
// Both sides talk in JSON values over the worker's standard input and output.
// A worker ends when its starter does: the end of its input ends it, however
// the starter died. Workers are no part of the terminal's process group, so
// that an interrupt reaches the starter alone, which then ends them in order.
//
// Trust: both sides are the same program.
//
// Reading order: starter.go, side.go.
package worker

// Package linear records what processes do to one object at the same time, and
// proves that there is an order in which they could have done it one after the
// other. It contains nothing but tests.
//
// Each process writes into the arena what it is about to do and when, and
// afterwards what came of it and when, so that what a killed process was doing is
// known as well: an operation that was open at a kill may have happened or not.
// A death is an operation too, and so is the return of what the dead had taken.
//
// Trust: the clock that all processes share (CLOCK_MONOTONIC), and porcupine.
//
// Nouns: a game is one kind of object with what processes do to it; a history is
// one game played once; a call is one operation in it.
//
//	-linear.histories=N   histories of each game (4; long 150)
//	-linear.seed=N        where random choices begin; 0 takes the time, and it is told
//
// Reading order: history_test.go, games_test.go, model_test.go, linear_test.go,
// planted_test.go.
package linear

// Package linear records what processes do to one object at the same time, and
// proves that there is an order in which they could have done it one after the
// other. It contains nothing but tests.
//
// Each player writes into the arena what it is about to do and when, and
// afterwards what came of it and when, so that what a killed process was doing is
// known as well: a call that was open at a kill may have happened or not. A death
// is a call too, and so is the return of what the dead had taken.
//
// Trust: the clock that all processes share (CLOCK_MONOTONIC), and porcupine.
// That calls overlap and processes die is counted: a game in which nothing
// happened at the same time, or whose victims lived, fails.
//
// Nouns: a game is one kind of object with what players do to it; a player is a
// goroutine of a process; a history is one game played once; a call is one
// operation in it; a sheet is where a player writes its calls down; a victim is a
// process that is killed at a random moment; a hot history is one in which two
// processes play as fast as they can, so that stores of both fall between each
// other's.
//
//	-linear.histories=N   histories of each game (5, 2 of them with a victim)
//	-linear.seed=N        where random choices begin; 0 takes the time, and it is told
//
// Reading order: history_test.go (what is written down), player_test.go and
// timer_unsafe_test.go (who plays, and dies), games_test.go, lockgames_test.go,
// countgames_test.go, heapgames_test.go (what is played), play_test.go (one history), model_test.go,
// lockmodel_test.go, countmodel_test.go, barriermodel_test.go, heapmodel_test.go, linear_test.go,
// planted_test.go.
package linear

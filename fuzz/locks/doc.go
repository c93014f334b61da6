// Package locks kills processes that use the locks, semaphores, barriers,
// reader-writer locks and conditions of one arena, at any moment, and holds what
// the others are promised: they go on within a moment, they are told, nothing of
// the living is taken, and what the dead had comes back. It contains nothing but
// tests.
//
// Trust: the processes are this test binary, started again. What a victim was
// doing tells the phase that it publishes in the arena before and after each
// step, and the words themselves.
//
// Nouns: the board is what all share; a hand is one process; a phase is what a
// hand is at; a stall is how long after a victim's end some hand has not
// finished anything.
//
//	-locks.kills=N      kills of TestKills (500; long 20000)
//	-locks.seed=N       where random choices begin; 0 takes the time, and it is told
//	-locks.seconds=N    time of each object in TestWordSizes (1; long 30)
//
// Reading order: board_test.go, hand_test.go, kills_test.go, report_test.go.
package locks

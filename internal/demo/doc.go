// Package demo is a few processes that share one arena for a while and then
// account for every block.
//
// Each process allocates blocks, fills them with a pattern, and links them into
// lists that all processes reach through the first datum. Each takes over whole
// lists, whoever made them, compares every byte, and frees the blocks. One more
// process replays a recorded program in the same arena. A lock protects a ledger
// of plain words, a semaphore bounds how many make large blocks at a time, and at
// a barrier all meet now and then. At the end nothing may be left, nothing may be
// wrong, and the arena must be sound.
//
// Nouns. The board is what the first datum leads to: the heads of the lists and
// a tally for each process. A node is one block of a list with its payload.
//
// Reading order: board.go, objects.go, lister.go and tracer.go (the processes), demo.go
// (their starter), verdict.go.
package demo

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
// Processes may also be killed meanwhile, and replaced. Then what is left at the end
// must be orphans of the killed, or others' blocks that they were just taking over,
// which a word of theirs on the board leads to.
//
// Nouns. The board is what the first datum leads to: the heads of the lists and
// a tally and a hand for each process. A node is one block of a list with its payload.
//
// Reading order: board.go, objects.go, lister.go and tracer.go (the processes), demo.go
// (their starter), kill_unsafe.go, verdict.go.
package demo

// Package torture is a storm of kills with exact accounting.
//
// Processes share one arena. They allocate, resize, free, hand blocks to each
// other through cells, lock, count, meet, join, leave, recover the dead. The
// killer ends them with SIGKILL at moments that nobody chooses, hundreds a
// second, also those that are just joining or recovering, stops others for a
// while, and replaces the dead. At checkpoints everything must be in its place:
// what is free, held by the living, kept and orphaned makes the whole arena, to
// the byte, and agrees block by block with a ledger.
//
// The ledger is outside the arena. A block begins in the book with an entry that
// says how long it is and whose; before an operation that changes that, a lane
// notes what it is at. So after a kill at most what that lane was at is in doubt,
// and each block that the arena has and the book has not must be explained by
// exactly one such doubt.
//
// Arenas differ: most begin small and grow, some have their size from the start, in
// some recovery frees what a dead user had. There nobody hands blocks to others,
// and a block that is given out again must have been a dead user's.
//
// Trust: the processes are this program. The killer believes the ledger, its own
// memory, and nothing in the arena.
//
// Nouns. A seat is where one process works, a place its part of the ledger, a
// lane that of one goroutine. The book has an entry for each block. A fate is
// what became of a user. A doubt is what a kill left open. A bout is one arena
// from its creation to its removal; a round ends with an account. What is nobody's
// any more after a kill is the estate.
//
// Reading order: ledger_unsafe.go, entry.go, phase.go, board.go; life.go, lane.go,
// hand.go, memory.go, cells.go, together.go (workers); run.go, bout.go, rage.go,
// seat.go, reserve.go (the killer); account.go, compare.go, sums.go, doubt.go,
// match.go, estate.go, finish.go (accounts); watch.go, report.go.
package torture

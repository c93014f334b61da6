// Package replay runs recorded traces in an arena: N processes, each with M
// threads, replay the whole trace each, all in one shared arena.
//
// Unless told otherwise every byte of every block is filled with a pattern that
// depends on process, id, operation and place, and is compared before the block
// is reallocated, after, and before it is freed. At the end everything must be
// free again and the arena must be sound.
//
// Reading order: replay.go (one trace), process.go (the worker), player.go (the
// operations of one thread), pattern.go.
package replay

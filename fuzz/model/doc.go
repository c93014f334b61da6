// Package model checks the protocols of the allocator, not its code: each
// protocol is a small machine whose steps are the single stores and loads of
// shared words, and Explore visits every state that any interleaving of its
// processes can reach, with kills between any two steps.
//
// What it proves it proves for a few processes, blocks and pages and for a
// memory in which stores are seen in order. The link to the code are marks: a
// step that stands for a line names it, and that line carries the comment
// "// model: " and the name; TestMarkers holds both sides together.
//
// An onlooker's notes (who holds which block) are part of a state but are never
// read by a step of the protocol; only what must hold is said with them.
//
// Each model can be given a planted bug. A test holds that every one is seen: a
// model that cannot fail says nothing.
//
// Nouns. A state is everything shared and every process's place in its program.
// A step leads from one to the next. A foul is a mistake of the program that
// uses the allocator, such as a double free. A clean state is one in which
// everything was given back; it must stay in reach from everywhere.
//
// The spans model is about the bits of blocks and who owns a span; the runs
// model about state words of pages, region locks, growth and the hints of a
// region. In the runs model a look at a word that only the holder of a lock can
// change is one step with the store that follows it, the best fit is any fit,
// and of two processes that may do the same one order stands for both. What the
// runs model leaves out: recovery that frees the blocks of the dead, windows
// smaller than the arena, and the hint of the longest free run.
//
// In the spans model blocks have a user: a slot in one generation. A block of one
// that has closed, or whose recovery is over, is the arena's. Where recovery frees
// what the dead leave, programs do not free blocks of others that may die
// meanwhile; the planted bug "handed on" shows why. The hint Room is left out.
//
// Reading order: checker.go, path.go; spans.go, spansteps.go, spansops.go,
// spansown.go, spansmixed.go, spansrecover.go, spanswrong.go,
// spanmarks.go; runs.go, runswalk.go, runswrong.go, runssteps.go,
// runsbegin.go, runsplaces.go, runsscan.go, runscarve.go, runscross.go,
// runsfree.go, runsresize.go, runsrecover.go, runsmarks.go, runsswap.go.
package model

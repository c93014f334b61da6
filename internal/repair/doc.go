// Package repair makes a damaged arena sound again: it finds out from the words
// that still agree what the arena was, and rewrites those that do not.
//
// Trust: none. Any byte may be wrong. Every number is compared with the geometry
// before it is used, every loop ends by the geometry or by the file's length. The
// file is the caller's own: nobody else reads or writes it, and it takes an
// arena's name only after the checker has called it clean.
//
// Nouns. A disk is the words of the file, a page of them at a time in memory. A
// claim is what one state word says about pages. A segment is a stretch of pages
// on which the claims were settled: the repaired arena is a row of segments. An
// unknown segment is one that no believable word claims: free if its content is
// zero, else salvaged, which makes it one block of nobody's.
//
// What wins over what: no word is believed alone. The row of segments is the one
// with the fewest contradictions among all words, see cost.go.
//
// All users are gone. What they owned becomes what their death would have made
// of it, except that nothing is ever freed: blocks of half-done operations and of
// arenas that reclaim stay as orphans.
//
// Reading order: repair.go, disk.go, log.go, header.go, extent.go, claim.go,
// cost.go, settle.go, content.go, spans.go, tenants.go, words.go, then users.go,
// lanes.go, objects.go, objectkinds.go, hints.go.
package repair

// Package alloc is the heap of an arena: spans of small blocks, runs of pages,
// their recovery. It works over a mapped arena (Attach) or over any memory
// (Create, Open).
//
// Trust: every word of the arena may be wrong. A number is loaded once, checked
// against the geometry, and the local is used. Whoever may write the arena can
// spoil its data; nobody can make this package panic, run for ever or touch
// memory outside the mapping.
//
// The way of a small block, down: Malloc enters the heap of its processor
// (enter), takes what was freed last or a bit from the active span (fast_unsafe.go);
// when that is empty, from another span of the heap that has room (spans_unsafe.go);
// then a disowned span is adopted (span.go), or new pages become a span (run.go), or
// the arena grows (grow.go). And back: Free clears the bit if the page is known as
// one of this heap's spans (known_unsafe.go), else ORs it into R (free.go); an empty
// span becomes free pages, or is kept for a while (proc.go).
//
// Large blocks (large.go) are runs of pages: taken under a region's lock, freed
// by one compare-and-swap without it; and taken again by another (stash.go).
//
// Lock order: none. Region locks are tried, never waited for, in ascending order
// where several are needed (cross.go). In the process: life (read) before mu.
//
// Pinned code, between enter and leave: no fault, no panic, no call but atomics.
// Every index is masked or checked; what looks odd takes the slow path. A page that
// the file has lost ends the process there; in slow calls it is an error (begin,
// end), after which the heap is of no use (abandon.go).
package alloc

// Package info looks at arenas without joining them: check, walk, dump,
// statistics, pictures, who holds which lock and who waits for it. It takes no
// slot and no lock, and it never writes; so it also works while all are stuck.
//
// Trust: none. Any byte of a file may be wrong, and the file may shrink while it
// is read. Every number is loaded once, compared with the geometry, then used;
// every loop ends by the geometry. Damage comes back as findings or as an error,
// never as a panic. The package shares no code with malloc, free and the locks
// beyond the format itself, so that it can judge what they wrote.
//
// Nouns. An image is the metadata of one arena, in a mapping or in memory. A
// look is one pass over an image; an arena in use changes under it, so there a
// finding counts only if several looks agree. A run is what the walk steps over:
// free pages, a span of equal blocks, one large block, records of objects. An
// object is a lock, semaphore or the like. A window is the part of the data that
// is mapped: only pages of objects are read. A circle is users that wait for each
// other.
//
// Reading order: types.go, image_unsafe.go, header.go, walk.go, check.go,
// runs.go, tables.go, extents.go, repaired.go, then stats.go, users.go, blocks.go, dump.go.
// Objects: data.go, records.go, lookobjects.go, lookwords.go, people.go,
// objecttypes.go, objects.go, objectstate.go, circles.go, deadlock.go.
package info

// Package info looks at arenas without joining them: check, walk, dump,
// statistics, pictures. It takes no slot and no lock, and it never writes.
//
// Trust: none. Any byte of a file may be wrong, and the file may shrink while it
// is read. Every number is loaded once, compared with the geometry, then used;
// every loop ends by the geometry. Damage comes back as findings or as an error,
// never as a panic. The package shares no code with malloc and free beyond the
// format itself, so that it can judge what they wrote.
//
// Nouns. An image is the metadata of one arena, in a mapping or in memory. A
// look is one pass over an image; an arena in use changes under it, so there a
// finding counts only if several looks agree. A run is what the walk steps over:
// free pages, a span of equal blocks, one large block.
//
// Reading order: types.go, image_unsafe.go, header.go, walk.go, check.go,
// runs.go, tables.go, extents.go, then stats.go, users.go, blocks.go, dump.go.
package info

// Package picture draws a heap: in a terminal, or as an SVG file.
//
// Trust: it knows nothing of arenas. Whoever calls it hands over numbers that
// have been checked; text is escaped here.
//
// Nouns. A cell is one mark of the picture: one page, or a power of two of them
// when there are more pages than marks. A row is a power of two of cells, so
// that a region fills whole rows or a row whole regions.
//
// Reading order: heap.go, grid.go, color.go, text.go, svg.go, parts.go,
// tables.go.
package picture

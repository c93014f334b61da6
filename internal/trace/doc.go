// Package trace reads recorded allocation traces (.rep files).
//
// A trace is text, compressed with gzip or not: four header lines (peak live
// bytes, number of ids, number of operations, 1), then one operation a line:
//
//	a ID SIZE         malloc
//	m ID ALIGN SIZE   aligned malloc
//	r ID SIZE         realloc; malloc if the id holds no block, free if SIZE is 0
//	f ID              free
//
// Trust: a trace may be any bytes. Read answers every defect with an error that
// names the line; what it returns is consistent, so a replay need not check
// again: every id is below Trace.IDs, no live id is allocated twice, nothing is
// freed twice, alignments are powers of two and sizes are at most MaxSize.
//
// Reading order: trace.go (the types), read.go (lines), line.go (one line),
// life.go (which ids are live), split.go (shares of several threads).
package trace

// Usarena makes shared arenas, looks into them, and measures them.
//
// Every command is one file. Exit status: 0 done or yes, 1 the answer is no,
// 2 could not do it or wrong use. With --json standard output holds JSON only,
// one value a line; progress goes to standard error, and only to a terminal.
package main

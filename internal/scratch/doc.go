// Package scratch makes arenas that live for one run of a benchmark, a replay or
// a demo: a file on /dev/shm with the process id in its name, removed at the end.
package scratch

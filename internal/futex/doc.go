// Package futex lets a thread of this process sleep on a 32-bit word that other
// processes map as well, and wakes sleepers. The words are never private to the
// process: the kernel finds sleepers by the page, whatever its address here.
//
// Every sleep is timed. A sleep holds a thread of the process, so its callers
// see to it that few goroutines sleep.
package futex

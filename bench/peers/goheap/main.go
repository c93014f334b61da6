// Goheap runs workloads W1 to W7 with what a Go program would use within one
// process: the heap of Go's runtime (go_heap), modernc.org/memory (go_modernc),
// and with nothing (go_null), the loop alone. Prints a line a number: workload
// peer metric value.
//
//	goheap PEER [W1 ... W7]
//
// It is a module of its own: nothing else needs what it needs.
package main

import (
	"fmt"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

var peer string

func main() {
	if len(os.Args) < 2 {
		fail("usage: goheap PEER [WORKLOAD...]")
	}
	peer = os.Args[1]
	switch names := os.Args[2:]; peer {
	case "go_heap":
		measure(goHeap{}, names)
	case "go_modernc":
		measure(newModernc(), names)
	case "go_null":
		measure(newNull(), names)
	default:
		fail("there is no peer " + peer)
	}
}

func measure[A heap](a A, names []string) {
	pin(0)
	for _, w := range names {
		switch w {
		case "W1":
			w1(a)
		case "W2":
			w2(a)
		case "W3":
			churned(a, w, small, 5_000_000)
		case "W4":
			churned(a, w, large, 200_000)
		case "W5":
			w5(a)
		case "W6":
			w6(a)
		case "W7":
			w7(a)
		}
	}
}

// pin locks the goroutine to its thread and that to a CPU: worker 0 to CPU 1,
// worker 1 to CPU 0.
func pin(worker int) {
	runtime.LockOSThread()
	var set unix.CPUSet
	set.Set(1 - worker&1)
	unix.SchedSetaffinity(0, &set) // best effort
}

func show(workload, metric string, value float64) {
	digits := 4
	if value >= 1000 {
		digits = 0
	}
	fmt.Printf("%s %s %s %.*f\n", workload, peer, metric, digits, value)
}

func fail(what string) {
	fmt.Fprintln(os.Stderr, "goheap:", what)
	os.Exit(2)
}

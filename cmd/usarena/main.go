package main

import (
	"os"

	"usarena/internal/worker"
)

func main() {
	worker.Main() // benchmarks, replay and demo start more processes of this program
	os.Exit(run(os.Args[1:]))
}

package errors_test

import (
	"flag"
	"os"
	"testing"
	"time"

	"usarena/internal/worker"
)

var (
	all   = flag.Bool("errors.all", false, "every errno for every call, once and for good")
	only  = flag.String("errors.scene", "", "the scene to play, all if empty")
	seed  = flag.Uint64("errors.seed", 0, "which errno the short form takes for each call; 0 takes the time")
	fills = flag.Int("errors.fills", 100, "times that each disk is filled")
)

func TestMain(m *testing.M) {
	worker.Main()
	flag.Parse()
	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano())
	}
	os.Exit(m.Run())
}

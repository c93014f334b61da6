package storm

import (
	"flag"
	"math/rand/v2"
	"testing"
	"time"

	"usarena/config"
	"usarena/internal/roles"
	"usarena/internal/worker"
)

var (
	rounds  = flag.Int("storm.rounds", 25, "processes killed in each test that kills")
	seconds = flag.Int("storm.seconds", 3, "seconds of each test that runs for a time")
	seed    = flag.Uint64("storm.seed", 0, "seed of random choices, 0 takes the time")
	most    = config.Size(64 << 20)
)

func init() {
	flag.Func("storm.max", "how far TestGrowth grows (default 64MiB)", func(s string) (err error) {
		most, err = config.ParseSize(s)
		return err
	})
}

// role registers what a process does, for init functions.
func role(name string, work func(*worker.Side) error) { roles.Register(name, work) }

// TestMain is the beginning of every process: of a role, or of the tests.
func TestMain(m *testing.M) {
	roles.Main(m, func() {
		if *seed == 0 {
			*seed = uint64(time.Now().UnixNano())
		}
	})
}

// choices is a source of random choices that the seed repeats.
func choices(stream int) *rand.Rand { return rand.New(rand.NewPCG(*seed, uint64(stream))) }

package storm

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"testing"
	"time"

	"usarena/config"
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

// roles are what started processes can do. Each must be used by some test.
var (
	rolesMu sync.Mutex
	roles   = map[string]int{} // how often it was started
)

// role registers what a process does, for init functions.
func role(name string, work func(*worker.Side) error) {
	worker.Register(name, work)
	roles[name] = 0
}

// TestMain is the beginning of every process: of a role, or of the tests.
func TestMain(m *testing.M) {
	worker.Main()
	flag.Parse()
	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano())
	}
	status := m.Run()
	if status == 0 && wholeRun() {
		for name, n := range roles {
			if n == 0 {
				fmt.Fprintf(os.Stderr, "no test starts the role %q\n", name)
				status = 1
			}
		}
	}
	os.Exit(status)
}

// wholeRun says that no flag left tests out.
func wholeRun() bool {
	for _, name := range []string{"test.run", "test.skip", "test.list", "test.fuzz"} {
		if f := flag.Lookup(name); f != nil && f.Value.String() != "" {
			return false
		}
	}
	return !skipped
}

// skipped is set by a test that cannot run here.
var skipped bool

// choices is a source of random choices that the seed repeats.
func choices(stream int) *rand.Rand { return rand.New(rand.NewPCG(*seed, uint64(stream))) }

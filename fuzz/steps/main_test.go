//go:build linux && amd64

package steps

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"sync"
	"testing"
	"time"

	"usarena/internal/worker"
)

var (
	states   = flag.Int("steps.states", 2, "start states of each operation")
	kills    = flag.Int("steps.kills", 1, "kills of each operation in each start state")
	stops    = flag.Int("steps.stops", 1, "stops of each operation that is stopped")
	stopTime = flag.Duration("steps.stop", 50*time.Millisecond, "how long a process is stopped")
	every    = flag.Int("steps.every", 0, "kill at every N-th instruction")
	all      = flag.Bool("steps.all", false, "kill at every instruction")
	plantAll = flag.Bool("steps.planted", false, "build with all planted bugs")
	only     = flag.String("steps.op", "", "operations whose names match")
	seed     = flag.Uint64("steps.seed", 0, "seed of random choices, 0 takes the time")
)

// roles are what started processes can do. Each must be used by some test.
var (
	rolesMu sync.Mutex
	roles   = map[string]int{} // how often it was started
	skipped bool               // a test could not run here
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
	for _, name := range []string{"test.run", "test.skip", "test.list", "test.fuzz", "steps.op"} {
		if f := flag.Lookup(name); f != nil && f.Value.String() != "" {
			return false
		}
	}
	return !skipped
}

// choices is a source of random choices that the seed repeats.
func choices(seed, stream uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, stream)) }

// chosen are the operations that this run is about.
func chosen(t *testing.T) (list []*operation) {
	t.Helper()
	want, err := regexp.Compile(*only)
	if err != nil {
		t.Fatal(err)
	}
	for _, op := range operations() {
		if want.MatchString(op.name) {
			list = append(list, op)
		}
	}
	return list
}

//go:build linux && amd64

package steps

import (
	"flag"
	"math/rand/v2"
	"regexp"
	"testing"
	"time"

	"usarena/internal/roles"
	"usarena/internal/worker"
)

var (
	states   = flag.Int("steps.states", 2, "start states of each operation")
	kills    = flag.Int("steps.kills", 1, "kills of each operation in each start state")
	stops    = flag.Int("steps.stops", 1, "stops of each operation that is stopped")
	stopTime = flag.Duration("steps.stop", 50*time.Millisecond, "how long a process is stopped")
	every    = flag.Int("steps.every", 0, "kill at every N-th instruction")
	all      = flag.Bool("steps.all", false, "kill at every instruction")
	own      = flag.Bool("steps.own", false, "kill at every instruction of the project, and before and after every system call and every change of the arena")
	from     = flag.Int("steps.from", 0, "the instruction at which -steps.all, -steps.own and -steps.every begin: a long run in parts")
	plantAll = flag.Bool("steps.planted", false, "build with all planted bugs")
	only     = flag.String("steps.op", "", "operations whose names match")
	seed     = flag.Uint64("steps.seed", 0, "seed of random choices, 0 takes the time")
)

// role registers what a process does, for init functions.
func role(name string, work func(*worker.Side) error) { roles.Register(name, work) }

// TestMain is the beginning of every process: of a role, or of the tests.
func TestMain(m *testing.M) {
	roles.Main(m, func() {
		if *seed == 0 {
			*seed = uint64(time.Now().UnixNano())
		}
		if err := noStopSignals(); err != nil {
			panic(err)
		}
	}, "steps.op")
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

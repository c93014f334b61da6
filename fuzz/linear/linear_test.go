package linear

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"usarena/internal/scratch"
	"usarena/internal/worker"
)

var (
	histories = flag.Int("linear.histories", 5, "histories of each game")
	seed      = flag.Uint64("linear.seed", 0, "seed of random choices, 0 takes the time")
)

func TestMain(m *testing.M) {
	worker.Main()
	scratch.Janitor()
	flag.Parse()
	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano())
	}
	os.Exit(m.Run())
}

// decides bounds the search of one history; one that takes longer is not decided,
// and that is a failure. lasts is how long a history may take to play before its
// players are taken to hang.
const (
	decides = time.Minute
	lasts   = 2 * time.Minute
)

// count is what happened in the histories of a game.
type count struct {
	killed, open  int // victims, and those that were in a call
	ops, together int
	results       map[string]int
}

func TestLinear(t *testing.T) {
	for i, name := range slices.Sorted(maps.Keys(games)) {
		t.Run(name, func(t *testing.T) {
			c := count{results: map[string]int{}}
			deadly := 0
			for n := range *histories {
				ctx, cancel := context.WithTimeout(t.Context(), lasts)
				if n%2 == 1 {
					deadly++
				}
				m, ops, err := play(ctx, name, *seed+uint64(i)<<32+uint64(n), n%2 == 1, n%4 > 1)
				cancel()
				if err != nil {
					t.Fatalf("seed %d, history %d: %v", *seed, n, err)
				}
				c.add(m, ops)
				if r := porcupine.CheckOperationsTimeout(m.g.model(m.units), ops, decides); r != porcupine.Ok {
					t.Fatalf("seed %d, history %d, %d units: %s\n%s", *seed, n, m.units, r, tale(ops))
				}
			}
			t.Logf("seed %d: %d histories, %d calls, %d pairs at the same time; %d killed, %d of them in a call; %v",
				*seed, *histories, c.ops, c.together, c.killed, c.open, c.results)
			if c.killed != deadly || c.together < 10**histories {
				t.Errorf("%d of %d victims were killed, %d pairs of calls happened at the same time: this proves nothing", c.killed, deadly, c.together)
			}
		})
	}
}

// add counts what happened in a history.
func (c *count) add(m *match, ops []porcupine.Operation) {
	if m.died.from != 0 {
		c.killed++
	}
	open := false
	for i, x := range ops {
		in, r := x.Input.(input), x.Output.(output).result
		if in.kind == kDie || in.kind == kReturn {
			continue
		}
		c.ops++
		open = open || r == rOpen
		if r != rOK || in.kind == kBroke {
			c.results[fmt.Sprintf("%v: %v", in.kind, r)]++
		}
		for _, y := range ops[:i] {
			if y.Input.(input).proc != in.proc && x.Call < y.Return && y.Call < x.Return {
				c.together++
			}
		}
	}
	if open {
		c.open++
	}
}

package torture

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"usarena/internal/scratch"
	"usarena/internal/testbin"
	"usarena/internal/torture"
	"usarena/internal/worker"
)

var (
	kills    = flag.Int("torture.kills", 2000, "kills of TestStorm")
	procs    = flag.Int("torture.procs", 8, "processes at a time")
	seconds  = flag.Int("torture.seconds", 20, "end of each test, also before its kills are done; 0 is none")
	words    = flag.Int("torture.words", 200, "kills of TestWordSizes")
	seed     = flag.Uint64("torture.seed", 0, "seed of random choices, 0 takes the time")
	progress = flag.Bool("torture.progress", false, "a line every ten seconds")
)

func TestMain(m *testing.M) {
	worker.Main()
	scratch.Janitor()
	os.Exit(m.Run())
}

// TestStorm kills processes at any moment and accounts for every byte.
func TestStorm(t *testing.T) {
	rage(t, torture.Options{Procs: *procs, Kills: *kills})
}

// TestWordSizes is TestStorm with processes of 32 and 64 bits in one arena.
func TestWordSizes(t *testing.T) {
	rage(t, torture.Options{Procs: *procs, Kills: *words, Other: testbin.OtherWord(t)})
}

func rage(t *testing.T, o torture.Options) {
	t.Helper()
	o.Seed, o.Every, o.For = *seed, 10*time.Second, time.Duration(*seconds)*time.Second
	if *progress {
		o.Show = func(s torture.Snapshot) {
			t.Logf("%v: %d kills, %d recoveries, %d accounts, worst stall %v, %d findings", s.Elapsed.Round(time.Second), s.Kills, s.Recoveries, s.Accounts, s.Worst, s.Found)
		}
	}
	s, err := torture.Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d kills in %v (%d while joining, leaving or recovering), %d recoveries, %d stops, %d arenas, which grew %d times, %d accounts, %d operations, %d blocks left behind",
		s.Kills, s.Elapsed.Round(time.Millisecond), s.Joining, s.Recoveries, s.Stops, s.Bouts, s.Growths, s.Accounts, s.Ops, s.Left)
	t.Logf("worst stall %v in %s, without kills %v; killed in %v", s.Worst, s.WorstIn, s.Calm, s.By)
	for _, f := range s.Findings {
		t.Error(f)
	}
	if s.Kills < o.Kills && s.Elapsed < o.For || s.Kills == 0 || s.Accounts == 0 || s.Recoveries == 0 || s.Left == 0 {
		t.Errorf("%d kills of %d in %v, %d accounts, %d recoveries, %d blocks left behind", s.Kills, o.Kills, s.Elapsed, s.Accounts, s.Recoveries, s.Left)
	}
	if left, err := filepath.Glob(scratch.Prefix("torture") + "*"); err != nil || len(left) > 0 {
		t.Errorf("left over: %v, %v", left, err)
	}
}

package model

import "testing"

// most bounds the states of one run; reaching it fails the test.
const most = 4_000_000

// all visits every state of m and holds that nothing is wrong in any.
func all[S comparable](t *testing.T, m Machine[S]) Result {
	t.Helper()
	r := Explore(m, most)
	if r.Wrong != "" || !r.Whole || r.Cleans == 0 {
		t.Fatal(r)
	}
	t.Log(r)
	return r
}

// spanRuns are the configurations that must be free of violations. Roles bound
// the states where three processes take part.
func spanRuns() map[string]Spans {
	const maker = canMalloc | canFree | canDisown | canNew
	const other = canAdopt | canDisown | canRecover
	return map[string]Spans{
		"two do everything, two blocks":        {Procs: 2, Pages: 1, Blocks: 2, Kills: 2, Fouls: 1, Can: [3]uint16{canAll, canAll}},
		"two do everything, three blocks":      {Procs: 2, Pages: 1, Blocks: 3, Kills: 1, Can: [3]uint16{canAll, canAll}},
		"two do everything, two pages":         {Procs: 2, Pages: 2, Blocks: 1, Kills: 1, Can: [3]uint16{canAll, canAll}},
		"maker, freer, recoverer":              {Procs: 3, Pages: 1, Blocks: 1, Kills: 2, Can: [3]uint16{maker, canFree, other}},
		"maker, freer, recoverer, double free": {Procs: 3, Pages: 1, Blocks: 1, Kills: 1, Fouls: 1, Can: [3]uint16{maker, canFree | canFoul, other}},
		"maker, freer, adopter, nobody dies":   {Procs: 3, Pages: 1, Blocks: 2, Can: [3]uint16{maker | canCollect, canFree, other}},
		"three do everything, nobody dies":     {Procs: 3, Pages: 1, Blocks: 1, Fouls: 1, Can: [3]uint16{canAll, canAll, canAll}},
	}
}

func TestSpans(t *testing.T) {
	used := make([]bool, len(spanMarks))
	states, steps := 0, 0
	for name, m := range spanRuns() {
		t.Run(name, func(t *testing.T) {
			r := all(t, m)
			states, steps = states+r.States, steps+r.Steps
			for i, u := range r.Used {
				used[i] = used[i] || u
			}
		})
	}
	t.Logf("in all %d states, %d transitions", states, steps)
	for i, u := range used {
		if !u {
			t.Errorf("no run takes the step %v", spanMarks[i])
		}
	}
}

// TestSpanBugs holds that the model sees each planted bug.
func TestSpanBugs(t *testing.T) {
	for b := SpanBug(1); b < spanBugs; b++ {
		t.Run(b.String(), func(t *testing.T) {
			m := Spans{Procs: 2, Pages: 1, Blocks: 1, Kills: 2, Fouls: 1, Can: [3]uint16{canAll, canAll, canAll}, Bug: b}
			switch {
			case m.counts(): // no wrap-around of the number, no death, no mistake needed
				m.Fouls, m.Kills, m.Adopts = 0, 0, 3
			case b == RecoverWithoutClaim:
				m.Procs, m.Fouls = 3, 0
			}
			r := Explore(m, most)
			if r.Wrong == "" || r.Whole {
				t.Fatalf("not seen in %v", r)
			}
			t.Logf("%s, after %d steps", r.Wrong, len(r.Path)-1)
			if testing.Verbose() && m.counts() {
				t.Log(r)
			}
		})
	}
}

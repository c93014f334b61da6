package model

import "testing"

// runRuns are the configurations that must be free of violations. Roles, sizes
// and the number of blocks bound the states.
func runRuns() map[string]Runs {
	const small = canAlloc | canRelease
	const worker = small | canExtend | canShrink
	const any = worker | canCross
	return map[string]Runs{
		"one region that grows": {Procs: 2, Regions: 1, Pages: 4, First: 2, Most: 4, Live: 3, Kills: 2, Sizes: 0b110, Align: true,
			Can: [3]uint16{worker | canGrow, worker | canGrow}},
		"two regions of two pages": {Procs: 2, Regions: 2, Pages: 2, First: 3, Most: 4, Live: 3, Kills: 2, Sizes: 0b11110,
			Can: [3]uint16{any | canGrow, any}},
		"two regions of three pages": {Procs: 2, Regions: 2, Pages: 3, First: 6, Most: 6, Live: 3, Kills: 1, Sizes: 0b11110, Align: true,
			Can: [3]uint16{any, any}},
		"two regions, two deaths": {Procs: 2, Regions: 2, Pages: 3, First: 5, Most: 6, Live: 2, Kills: 2, Sizes: 0b10100,
			Can: [3]uint16{canCross | canShrink | small, small | canGrow}},
		"two regions with spans": {Procs: 2, Regions: 2, Pages: 3, First: 6, Most: 6, Live: 2, Kills: 1, Sizes: 0b11010, Spans: true,
			Can: [3]uint16{small | canCross, small}},
		"a span a region": {Procs: 2, Regions: 1, Pages: 4, First: 3, Most: 4, Live: 3, Kills: 2, Sizes: 0b1010, Spans: true, Align: true,
			Can: [3]uint16{worker | canGrow, worker}},
		"three regions": {Procs: 2, Regions: 3, Pages: 2, First: 6, Most: 6, Live: 2, Kills: 1, Sizes: 0b1101010,
			Can: [3]uint16{canCross | canRelease | canShrink, small | canCross}},
		"hints": {Procs: 2, Regions: 1, Pages: 3, First: 3, Most: 3, Live: 3, Kills: 1, Sizes: 0b10, Hints: true,
			Can: [3]uint16{worker, worker}},
		"hints, growth, spans": {Procs: 2, Regions: 1, Pages: 4, First: 3, Most: 4, Live: 4, Kills: 1, Sizes: 0b110, Hints: true, Spans: true,
			Can: [3]uint16{worker | canGrow, worker | canGrow}},
		"hints of two regions": {Procs: 2, Regions: 2, Pages: 2, First: 4, Most: 4, Live: 3, Sizes: 0b11110, Hints: true,
			Can: [3]uint16{small | canCross, small | canShrink}},
		"marks of the dead": {Procs: 2, Regions: 1, Pages: 3, First: 3, Most: 3, Live: 3, Kills: 2, Sizes: 0b110, Slots: true,
			Can: [3]uint16{worker | canRescue, worker | canRescue}},
		"marks across regions": {Procs: 2, Regions: 2, Pages: 2, First: 4, Most: 4, Live: 2, Kills: 2, Sizes: 0b11110, Slots: true,
			Can: [3]uint16{any | canRescue, any | canRescue}},
		"marks, three processes": {Procs: 3, Regions: 1, Pages: 2, First: 2, Most: 2, Live: 2, Kills: 2, Sizes: 0b110, Slots: true,
			Can: [3]uint16{small | canExtend, small | canShrink, canRescue}},
		"stash": {Procs: 2, Regions: 1, Pages: 4, First: 4, Most: 4, Live: 3, Kills: 1, Sizes: 0b1110, Can: [3]uint16{worker | canStash, worker | canStash}},
		"stash, spans": {Procs: 2, Regions: 1, Pages: 4, First: 3, Most: 4, Live: 3, Kills: 1, Sizes: 0b110, Spans: true,
			Can: [3]uint16{small | canStash, worker | canGrow | canStash}},
		"stash, two regions, marks": {Procs: 2, Regions: 2, Pages: 2, First: 4, Most: 4, Live: 3, Kills: 1, Sizes: 0b1110, Slots: true,
			Can: [3]uint16{any | canStash, small | canStash | canRescue}},
		"three processes": {Procs: 3, Regions: 2, Pages: 2, First: 4, Most: 4, Live: 2, Kills: 2, Sizes: 0b11110,
			Can: [3]uint16{small | canCross, small | canExtend, canShrink | canRelease}},
	}
}

func TestRuns(t *testing.T) {
	used := make([]bool, len(runMarks))
	states, steps := 0, 0
	for name, m := range runRuns() {
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
			t.Errorf("no run takes the step %v", runMarks[i])
		}
	}
}

// runBugRun is a small configuration in which bug b shows.
func runBugRun(b RunBug) Runs {
	const worker = canAlloc | canRelease | canExtend | canShrink
	m := Runs{Procs: 2, Regions: 1, Pages: 3, First: 3, Most: 3, Live: 3, Kills: 1, Sizes: 0b110, Can: [3]uint16{worker, worker}, Bug: b}
	switch b {
	case CommitBeforeCont:
		m.Regions, m.Pages, m.First, m.Most, m.Sizes = 2, 2, 4, 4, 0b11110
		m.Can[0] |= canCross
	case HintWithoutHead, LowStored, LowerFirst:
		m.Hints = true
	case UsableBeforeLock, RestBeyond:
		m.Pages, m.First, m.Most, m.Kills = 4, 2, 4, 0
		m.Can[1] |= canGrow
	case RecoverByLength, RecoverOnce:
		m.Slots = true
		m.Can[0] |= canRescue
	case JoinKeepsBack:
		m.Spans = true
	case AgainUnclean:
		m.Spans = true
		fallthrough
	case AgainShorter:
		m.Can[0] |= canStash
		m.Can[1] |= canStash
	}
	return m
}

// TestRunBugs holds that the model sees each planted bug, and nothing where
// there is none.
func TestRunBugs(t *testing.T) {
	for b := RunBug(1); b < runBugs; b++ {
		t.Run(b.String(), func(t *testing.T) {
			m := runBugRun(b)
			r := Explore(m, most)
			if r.Wrong == "" || r.Whole {
				t.Fatalf("not seen in %v", r)
			}
			t.Logf("%s, after %d steps", r.Wrong, len(r.Path)-1)
			if testing.Verbose() && b.subtle() {
				t.Log(r)
			}
			m.Bug = NoRunBug
			all(t, m)
		})
	}
}

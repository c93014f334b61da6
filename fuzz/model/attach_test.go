package model

import "testing"

// attachRuns are the configurations that must be free of violations.
func attachRuns() map[string]Attach {
	runs := map[string]Attach{
		"two, one slot":                {Procs: 2, Slots: 1, Kills: 2, Ends: 1},
		"two, two slots":               {Procs: 2, Slots: 2, Kills: 2, Ends: 1},
		"two, one with two goroutines": {Procs: 2, Slots: 2, Kills: 1, Two: true},
		"three, two slots":             {Procs: 3, Slots: 2, Kills: 2, Ends: 1},
	}
	if *large {
		runs["three, two slots, two deaths"] = Attach{Procs: 3, Slots: 2, Kills: 2, Ends: 1}
		runs["two, three deaths"] = Attach{Procs: 2, Slots: 2, Kills: 3, Ends: 2}
	}
	return runs
}

func TestAttach(t *testing.T) {
	used, sum := make([]bool, len(attachMarks)), Result{}
	for name, m := range attachRuns() {
		t.Run(name, func(t *testing.T) { sum.add(all(t, m), used) })
	}
	sum.tell(t, used, attachMarks[:])
}

// TestAttachBugs holds that the model sees each planted bug, and nothing where
// there is none.
func TestAttachBugs(t *testing.T) {
	for b := AttachBug(1); b < attachBugs; b++ {
		t.Run(b.String(), func(t *testing.T) {
			m := attachRuns()["two, two slots"]
			if b == ClaimsUnknown {
				m = attachRuns()["two, one with two goroutines"]
			}
			m.Bug = b
			seenIn(t, m)
		})
	}
}

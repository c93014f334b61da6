package model

import "testing"

// growthRuns are the configurations that must be free of violations.
func growthRuns() map[string]Growth {
	runs := map[string]Growth{
		"two, enough":       {Procs: 2, Pages: 3, Room: 9, Kills: 2},
		"two, too little":   {Procs: 2, Pages: 3, Room: 6, Kills: 1, Moves: 2},
		"three, too little": {Procs: 3, Pages: 2, Room: 4, Kills: 2, Moves: 2},
	}
	if *large {
		runs["three, three pages"] = Growth{Procs: 3, Pages: 3, Room: 7, Kills: 2, Moves: 2}
	}
	return runs
}

func TestGrowth(t *testing.T) {
	used, sum := make([]bool, len(growthMarks)), Result{}
	for name, m := range growthRuns() {
		t.Run(name, func(t *testing.T) { sum.add(all(t, m), used) })
	}
	sum.tell(t, used, growthMarks[:])
}

// TestGrowthBugs holds that the model sees each planted bug.
func TestGrowthBugs(t *testing.T) {
	for b := GrowthBug(1); b < growthBugs; b++ {
		t.Run(b.String(), func(t *testing.T) {
			m := growthRuns()["two, too little"]
			m.Bug = b
			seenIn(t, m)
		})
	}
}

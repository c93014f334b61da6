package model

import "testing"

func TestUses(t *testing.T) {
	used, sum := make([]bool, len(useMarks)), Result{}
	for name, m := range map[string]Uses{"two": {Procs: 2, Kills: 2}, "three": {Procs: 3, Kills: 2}} {
		t.Run(name, func(t *testing.T) { sum.add(all(t, m), used) })
	}
	sum.tell(t, used, useMarks[:])
}

// TestUseBugs holds that the model sees each planted bug.
func TestUseBugs(t *testing.T) {
	for b := UseBug(1); b < useBugs; b++ {
		t.Run(b.String(), func(t *testing.T) { seenIn(t, Uses{Procs: 3, Bug: b}) })
	}
}

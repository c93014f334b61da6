package model

import "testing"

// rwRuns are the configurations that must be free of violations.
func rwRuns() map[string]RWLocks {
	const user = canRead | canWrite
	const heir = user | canAttach | canTakeOut
	two, three := [3]uint8{2, 2}, [3]uint8{1, 1, 1}
	can := func(c uint16) [3]uint16 { return [3]uint16{c, c, c} }
	runs := map[string]RWLocks{
		"no quantum, two of two":          {Gors: two, Ends: 1, Same: true, Can: can(user)},
		"no quantum, three":               {Gors: three, Ends: 2, Same: true, Can: can(user)},
		"no quantum, two and two and one": {Gors: [3]uint8{2, 2, 1}, Ends: 1, Can: can(user)},
		"kills, two of two":               {Gors: two, Kills: 1, Quantum: true, Same: true, Can: can(heir)},
		"kills, three":                    {Gors: three, Kills: 2, Ends: 1, Quantum: true, Same: true, Can: can(heir)},
	}
	if *large {
		runs["kills, two of two, contexts"] = RWLocks{Gors: two, Kills: 2, Ends: 1, Quantum: true, Same: true, Can: can(heir)}
		runs["kills, two and one and one"] = RWLocks{Gors: [3]uint8{2, 1, 1}, Kills: 2, Quantum: true, Can: can(heir)}
	}
	return runs
}

func TestRWLocks(t *testing.T) {
	used, sum := make([]bool, len(rwMarks)), Result{}
	for name, m := range rwRuns() {
		t.Run(name, func(t *testing.T) { sum.add(all(t, m), used) })
	}
	sum.tell(t, used, rwMarks[:])
}

// TestRWBugs holds that the model sees each planted bug, and nothing where there
// is none.
func TestRWBugs(t *testing.T) {
	for b := RWBug(1); b < rwBugs; b++ {
		t.Run(b.String(), func(t *testing.T) {
			m := RWLocks{Gors: [3]uint8{2, 1}, Can: [3]uint16{canRead, canRead | canWrite}, Bug: b}
			switch b {
			case ClearUnclaimed, ReaderForgets, ReaderSpoils:
				m.Kills, m.Quantum = 1, true
				m.Can[0] |= canAttach | canWrite
			}
			seenIn(t, m)
			m.Bug = NoRWBug
			fine.once(t, m, func() { all(t, m) })
		})
	}
}

package model

import "testing"

// semaRuns are the configurations that must be free of violations. Those without
// a quantum prove that without deaths no wake-up is ever lost.
func semaRuns() map[string]Semas {
	const heir = canP | canAttach | canTakeOut
	two, three := [3]uint8{2, 2}, [3]uint8{1, 1, 1}
	can := func(c uint16) [3]uint16 { return [3]uint16{c, c, c} }
	runs := map[string]Semas{
		"no quantum, two of two":          {Gors: two, Units: 1, Ends: 2, Starves: 2, Can: can(canP)},
		"no quantum, two of two, 2":       {Gors: two, Units: 2, Ends: 1, Starves: 1, Can: can(canP)},
		"no quantum, two and one and one": {Gors: [3]uint8{2, 1, 1}, Units: 1, Ends: 1, Starves: 1, Can: can(canP | canTryP)},
		"no quantum, three":               {Gors: three, Units: 2, Ends: 2, Starves: 1, Can: can(canP)},
		"kills, three":                    {Gors: three, Units: 2, Kills: 2, Starves: 1, Quantum: true, Same: true, Can: can(heir)},
		"kills, two of two":               {Gors: two, Units: 2, Kills: 2, Starves: 1, Quantum: true, Same: true, Can: can(heir)},
		"kills, two and one":              {Gors: [3]uint8{2, 1}, Units: 2, Kills: 2, Ends: 1, Quantum: true, Can: can(heir)},
	}
	if *large {
		runs["no quantum, two and two and one"] = Semas{Gors: [3]uint8{2, 2, 1}, Units: 2, Ends: 1, Starves: 1, Can: can(canP)}
		runs["kills, three, contexts"] = Semas{Gors: three, Units: 2, Kills: 3, Ends: 1, Starves: 1, Quantum: true, Same: true, Can: can(heir)}
	}
	return runs
}

func TestSemas(t *testing.T) {
	used, sum := make([]bool, len(semaMarks)), Result{}
	for name, m := range semaRuns() {
		t.Run(name, func(t *testing.T) { sum.add(all(t, m), used) })
	}
	sum.tell(t, used, semaMarks[:])
}

// TestSemaBugs holds that the model sees each planted bug, and nothing where
// there is none.
func TestSemaBugs(t *testing.T) {
	for b := SemaBug(1); b < semaBugs; b++ {
		t.Run(b.String(), func(t *testing.T) {
			m := Semas{Gors: [3]uint8{1, 1, 1}, Units: 1, Can: [3]uint16{canP, canP, canP}, Bug: b}
			switch b {
			case SemaNoPassOn:
				m.Ends = 1
			case HeedsStarving:
				m.Starves = 1
			case RecountByStore, RecountByValue, RecountProcesses:
				m.Kills, m.Quantum = 1, true
				m.Can[0] |= canTakeOut
				m.Can[1] |= canTakeOut
				m.Gors[1] = 2
			}
			seenIn(t, m)
			m.Bug = NoSemaBug
			fine.once(t, m, func() { all(t, m) })
		})
	}
}

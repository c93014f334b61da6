package model

import "testing"

// undoRuns are the configurations that must be free of violations.
func undoRuns() map[string]Undos {
	const user = canP | canV
	const heir = user | canAttach | canTakeOut
	can := func(c uint16) [3]uint16 { return [3]uint16{c, c, c} }
	runs := map[string]Undos{
		"two":                    {Procs: 2, Units: 2, Kills: 2, Extra: 1, Same: true, Can: can(heir)},
		"three, one unit":        {Procs: 3, Units: 1, Kills: 2, Same: true, Can: can(heir)},
		"three":                  {Procs: 3, Units: 2, Kills: 1, Same: true, Can: can(heir)},
		"two users, a recoverer": {Procs: 3, Units: 2, Kills: 2, Can: [3]uint16{user | canAttach, user, canTakeOut}},
	}
	if *large {
		runs["two, three deaths"] = Undos{Procs: 2, Units: 2, Kills: 3, Extra: 1, Same: true, Can: can(heir)}
	}
	return runs
}

func TestUndos(t *testing.T) {
	used, sum := make([]bool, len(undoMarks)), Result{}
	for name, m := range undoRuns() {
		t.Run(name, func(t *testing.T) { sum.add(all(t, m), used) })
	}
	sum.tell(t, used, undoMarks[:])
}

// TestUndoBugs holds that the model sees each planted bug, and nothing where
// there is none.
func TestUndoBugs(t *testing.T) {
	const heir = canP | canV | canAttach | canTakeOut
	for b := UndoBug(1); b < undoBugs; b++ {
		t.Run(b.String(), func(t *testing.T) {
			m := Undos{Procs: 2, Units: 2, Kills: 2, Can: [3]uint16{heir, heir}, Bug: b}
			if b == SeenByStore { // whose tag it is, who overwrites it, and who is slow
				m = Undos{Procs: 3, Units: 1, Kills: 1, Can: [3]uint16{canP | canV, canP | canV, canP | canV | canTakeOut}, Bug: b}
			}
			seenIn(t, m)
			m.Bug = NoUndoBug
			fine.once(t, m, func() { all(t, m) })
		})
	}
}

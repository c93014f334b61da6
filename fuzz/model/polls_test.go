package model

import "testing"

// pollRuns are the configurations that must be free of violations.
func pollRuns() map[string]Polls {
	const user = canP
	const heir = user | canAttach | canTakeOut
	can := func(c uint16) [3]uint16 { return [3]uint16{c, c, c} }
	runs := map[string]Polls{
		"two":                {Procs: 2, Units: 1, Kills: 3, Quits: 1, Same: true, Can: can(heir)},
		"two, two units":     {Procs: 2, Units: 1, Kills: 2, Quits: 1, Extra: 1, Same: true, Can: can(heir | canV)},
		"three, nobody dies": {Procs: 3, Units: 1, Quits: 1, Same: true, Can: can(user)},
		"three, one dies":    {Procs: 3, Units: 1, Kills: 1, Same: true, Can: can(user)},
		"two and a giver":    {Procs: 3, Kills: 2, Extra: 1, Quits: 1, Can: [3]uint16{user, user, canV | canTakeOut}},
	}
	if *large {
		runs["three"] = Polls{Procs: 3, Units: 1, Kills: 1, Same: true, Can: can(heir)}
		runs["three, two deaths"] = Polls{Procs: 3, Units: 1, Kills: 2, Quits: 1, Same: true, Can: can(heir)}
		runs["two and a giver of two"] = Polls{Procs: 3, Kills: 2, Extra: 2, Quits: 1, Can: [3]uint16{user, user, canV | canAttach}}
	}
	return runs
}

func TestPolls(t *testing.T) {
	used, sum := make([]bool, len(pollMarks)), Result{}
	for name, m := range pollRuns() {
		t.Run(name, func(t *testing.T) { sum.add(all(t, m), used) })
	}
	sum.tell(t, used, pollMarks[:])
}

// TestPollBugs holds that the model sees each planted bug, and nothing where
// there is none.
func TestPollBugs(t *testing.T) {
	for b := PollBug(1); b < pollBugs; b++ {
		t.Run(b.String(), func(t *testing.T) {
			m := Polls{Procs: 3, Kills: 1, Extra: 1, Can: [3]uint16{canP, canP, canV}, Bug: b}
			seenIn(t, m)
			m.Bug = NoPollBug
			fine.once(t, m, func() { all(t, m) })
		})
	}
}

package model

import "testing"

// barRuns are the configurations that must be free of violations.
func barRuns() map[string]Barriers {
	const user = canWait | canReset
	const heir = user | canAttach | canTakeOut
	two, three := [3]uint8{2, 2}, [3]uint8{1, 1, 1}
	can := func(c uint16) [3]uint16 { return [3]uint16{c, c, c} }
	runs := map[string]Barriers{
		"no quantum, three of three": {Gors: three, N: 3, Phases: 3, Ends: 1, Resets: 2, Same: true, Can: can(user)},
		"no quantum, two of three":   {Gors: three, N: 2, Phases: 3, Ends: 1, Resets: 2, Same: true, Can: can(user)},
		"no quantum, two of two":     {Gors: two, N: 3, Phases: 2, Ends: 1, Resets: 1, Same: true, Can: can(user)},
		"kills, two of three":        {Gors: three, N: 2, Phases: 3, Kills: 1, Resets: 1, Quantum: true, Same: true, Can: can(heir)},
		"kills, three of three":      {Gors: three, N: 3, Phases: 2, Kills: 2, Resets: 1, Quantum: true, Same: true, Can: can(heir)},
		"kills, two resets":          {Gors: three, N: 2, Phases: 2, Kills: 2, Resets: 2, Quantum: true, Can: [3]uint16{canWait, user, user}},
		"kills, two of two":          {Gors: two, N: 2, Phases: 2, Kills: 1, Resets: 1, Quantum: true, Same: true, Can: can(heir)},
	}
	if *large {
		runs["no quantum, two and two and one"] = Barriers{Gors: [3]uint8{2, 2, 1}, N: 3, Phases: 2, Ends: 1, Resets: 1, Can: can(user)}
		runs["kills, three of three, contexts"] = Barriers{Gors: three, N: 3, Phases: 3, Kills: 2, Ends: 1, Resets: 2, Quantum: true, Same: true, Can: can(heir)}
		runs["kills, three of four"] = Barriers{Gors: two, N: 3, Phases: 2, Kills: 1, Ends: 1, Resets: 1, Quantum: true, Same: true, Can: can(heir)}
	}
	return runs
}

func TestBarriers(t *testing.T) {
	used, sum := make([]bool, len(barMarks)), Result{}
	used[bPartyLate] = true // a planted bug's
	for name, m := range barRuns() {
		t.Run(name, func(t *testing.T) { sum.add(all(t, m), used) })
	}
	sum.tell(t, used, barMarks[:])
}

// TestBarrierBugs holds that the model sees each planted bug, and nothing where
// there is none.
func TestBarrierBugs(t *testing.T) {
	for b := BarBug(1); b < barBugs; b++ {
		t.Run(b.String(), func(t *testing.T) {
			const user = canWait | canReset
			m := Barriers{Gors: [3]uint8{1, 1, 1}, N: 2, Phases: 3, Can: [3]uint16{user, user, user}, Bug: b}
			switch b {
			case LooksNot:
				m.Gors = [3]uint8{2, 1}
			case TakesBackLate:
				m.Ends = 1
			case BreaksNot, BuriesLate:
				m.Kills, m.Resets, m.Quantum, m.Phases = 2, 2, true, 2
				m.Can = [3]uint16{canWait, user, user}
			case LastExactly:
				m.Resets = 2
			case NotesBack:
				m.Resets = 3
				m.Can = [3]uint16{canWait, user, user}
			case NotesFirst, NotesLate:
				m.Resets = 1
			case PartyLate, RecoversQuietly, ClearsLate, ClearsEarly, BreaksLate:
				m.Kills, m.Resets, m.Quantum = 1, 1, true
				m.Can[2] |= canTakeOut
			}
			seenIn(t, m)
			m.Bug = NoBarBug
			fine.once(t, m, func() { all(t, m) })
		})
	}
}

package model

import "testing"

func TestConditions(t *testing.T) {
	used, sum := make([]bool, len(condMarks)), Result{}
	for name, m := range map[string]Conditions{
		"no quantum": {Procs: 3, Makes: 3, Ends: 2},
		"kills":      {Procs: 3, Makes: 3, Kills: 2, Ends: 1, Quantum: true},
	} {
		t.Run(name, func(t *testing.T) { sum.add(all(t, m), used) })
	}
	sum.tell(t, used, condMarks[:])
}

// TestConditionBugs holds that the model sees each planted bug, and nothing where
// there is none.
func TestConditionBugs(t *testing.T) {
	for b := CondBug(1); b < condBugs; b++ {
		t.Run(b.String(), func(t *testing.T) {
			m := Conditions{Procs: 3, Makes: 2, Bug: b}
			switch b {
			case CondNoPassOn:
				m.Ends = 1
			case SleepsAgain:
				m.Kills, m.Quantum = 1, true
			}
			seenIn(t, m)
			m.Bug = NoCondBug
			fine.once(t, m, func() { all(t, m) })
		})
	}
}

// TestConditionSilent holds what is known: who changes something and dies before
// the signal leaves the others asleep.
func TestConditionSilent(t *testing.T) {
	seenIn(t, Conditions{Procs: 2, Makes: 1, Kills: 1, Quantum: true, Silent: true})
}

func TestObjects(t *testing.T) {
	used, sum := make([]bool, len(objMarks)), Result{}
	for name, m := range map[string]Objects{
		"two":   {Procs: 2, Makes: 4, Kills: 2},
		"three": {Procs: 3, Makes: 3, Kills: 1},
	} {
		t.Run(name, func(t *testing.T) { sum.add(all(t, m), used) })
	}
	sum.tell(t, used, objMarks[:])
}

// TestObjectBugs holds that the model sees each planted bug, and nothing where
// there is none.
func TestObjectBugs(t *testing.T) {
	for b := ObjBug(1); b < objBugs; b++ {
		t.Run(b.String(), func(t *testing.T) {
			m := Objects{Procs: 3, Makes: 2, Kills: 1, Bug: b}
			seenIn(t, m)
			m.Bug = NoObjBug
			fine.once(t, m, func() { all(t, m) })
		})
	}
}

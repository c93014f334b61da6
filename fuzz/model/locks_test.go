package model

import "testing"

// lockRuns are the configurations that must be free of violations. Those without
// a quantum prove that without deaths no wake-up is ever lost.
func lockRuns() map[string]Locks {
	const heir = canLock | canTry | canAttach | canTakeOut
	two, three := [3]uint8{2, 2}, [3]uint8{1, 1, 1}
	can := func(c uint16) [3]uint16 { return [3]uint16{c, c, c} }
	runs := map[string]Locks{
		"no quantum, two of two":            {Gors: two, Ends: 2, Hand: true, Yield: true, Same: true, Can: can(canLock | canTry)},
		"no quantum, two and one and one":   {Gors: [3]uint8{2, 1, 1}, Ends: 1, Hand: true, Yield: true, Can: can(canLock)},
		"no quantum, the last owner's dead": {Gors: [3]uint8{2, 1, 1}, Ends: 1, Hand: true, Left: true, Can: can(canLock)},
		"kills, two of two":                 {Gors: two, Kills: 2, Quantum: true, Hand: true, Same: true, Can: can(heir)},
		"kills, two and one":                {Gors: [3]uint8{2, 1}, Kills: 2, Ends: 1, Quantum: true, Hand: true, Yield: true, Can: can(heir)},
		"kills, three":                      {Gors: three, Kills: 2, Ends: 1, Quantum: true, Same: true, Can: can(heir)},
		"kills, three, three deaths":        {Gors: three, Kills: 3, Ends: 2, Quantum: true, Yield: true, Same: true, Can: can(heir)},
		"releases": {Gors: [3]uint8{2, 1, 1}, Kills: 1, Parks: 2, Quantum: true, Hand: true, Safe: [3]bool{2: true},
			Can: [3]uint16{heir | canPark, heir, canHand}},
	}
	if *large {
		runs["no quantum, two and two and one"] = Locks{Gors: [3]uint8{2, 2, 1}, Ends: 2, Hand: true, Yield: true, Can: can(canLock)}
		runs["kills, two of two, contexts"] = Locks{Gors: two, Kills: 3, Ends: 2, Quantum: true, Hand: true, Yield: true, Same: true, Can: can(heir)}
		runs["kills, two and one and one"] = Locks{Gors: [3]uint8{2, 1, 1}, Kills: 2, Ends: 1, Quantum: true, Hand: true, Can: can(heir)}
	}
	return runs
}

func TestLocks(t *testing.T) {
	used, sum := make([]bool, len(lockMarks)), Result{}
	for name, m := range lockRuns() {
		t.Run(name, func(t *testing.T) { sum.add(all(t, m), used) })
	}
	sum.tell(t, used, lockMarks[:])
}

// TestLockReleased holds what is known: a front that sleeps in its process learns
// of a release by another process only when its quantum ends.
func TestLockReleased(t *testing.T) {
	seenIn(t, Locks{Gors: [3]uint8{2, 1}, Parks: 1, Can: [3]uint16{canLock | canPark, canHand}})
}

// TestLockBugs holds that the model sees each planted bug, and nothing where
// there is none.
func TestLockBugs(t *testing.T) {
	for b := LockBug(1); b < lockBugs; b++ {
		t.Run(b.String(), func(t *testing.T) {
			m := Locks{Gors: [3]uint8{2, 1, 1}, Hand: true, Can: [3]uint16{canLock, canLock, canLock}, Bug: b}
			switch b {
			case StealSilently, RecoverByStore:
				m.Kills, m.Quantum = 1, true
				m.Can[2] |= canTakeOut
			case InconsistentLost, UnlockForgets, RecoveredByStore:
				m.Left = true
			case DoneAcquires, GivenToDone, NoPassOn, PassOnIfFree:
				m.Ends = 1
			case NapEats:
				m.Yield = true
			}
			seenIn(t, m)
			m.Bug = NoLockBug
			fine.once(t, m, func() { all(t, m) })
		})
	}
}

// TestLockUntimed holds that a sleep without a quantum can be for ever when
// somebody dies between the store and the wake-up.
func TestLockUntimed(t *testing.T) {
	seenIn(t, Locks{Gors: [3]uint8{1, 1, 1}, Kills: 1, Can: [3]uint16{canLock, canLock, canLock}})
}

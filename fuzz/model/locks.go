package model

import "fmt"

// lword is a lock's word: waiters 1 bit, inconsistent 1, slot 2, generation 2,
// not recoverable 1.
type lword uint8

const (
	lWaiters lword = 1 << iota
	lInconsistent
	lDead lword = 1<<6 | lInconsistent
)

func lockOf(p, gen uint8) lword { return lword(p+1)<<2 | lword(gen&3)<<4 }

func (w lword) owned() bool  { return w&(3<<2) != 0 }
func (w lword) owner() lword { return w &^ (lWaiters | lInconsistent) }
func (w lword) proc() uint8  { return uint8(w>>2&3) - 1 }
func (w lword) gen() uint8   { return uint8(w >> 4 & 3) }
func (w lword) lost() bool   { return w&(1<<6) != 0 }

// lockGor is a goroutine.
type lockGor struct {
	PC    uint8
	V     lword // word seen
	Flags uint8
	Of    uint8 // process whose slot it recovers, +1
}

const (
	fSlept uint8 = 1 << iota // in the kernel, in this call
	fLate                    // a quantum has passed in the process
	fOver                    // its context is over
	fAll                     // all are to be woken
)

// lockGate is the queue of a process. Of two goroutines one is the front and the
// other may wait behind it.
type lockGate struct {
	Front uint8 // goroutine+1
	Told  bool  // the front was told to look and has not looked yet
}

// lockState is the whole machine. Goroutine x belongs to process x/2.
type lockState struct {
	Gor  [6]lockGor
	Gate [3]lockGate
	crew
	Word   lword
	Ends   uint8 // contexts that may still end
	Parks  uint8
	Holder uint8 // an onlooker: goroutine+1, or parked and the process
	Dirty  bool  // ... somebody died as holder, and nobody has repaired
	Bad    uint8
}

// parked plus p is the holder of a lock that no goroutine of process p will
// unlock: somebody else is to release it.
const parked = 8

// Places of a goroutine in its program; idle and dead are those of the spans.
const (
	lkQueued uint8 = iota + dead + 1
	lkLook
	lkSleep
	lkAsleep // in the kernel
	lkLocal  // asleep in the process
	lkGiven
	lkPass
	lkHold
	lkRestore // a second store of a planted bug
	lkEarly   // the same
	lkWake
	lkTell
	lkYield
	lkNap // asleep in the kernel for a moment, waiting for nothing
	lkVisit
	lkLeft
	lkLeave
	lkRouse
	lkSettle
)

// Locks is a configuration of the lock model.
type Locks struct {
	Gors               [3]uint8 // goroutines of each process
	Kills, Ends, Parks uint8
	Quantum            bool // a sleeper may wake up by itself
	Left               bool // the last owner has died when all begins
	Same               bool // processes of the same roles are one and the same
	Hand               bool // unlock may hand the lock over inside the process
	Yield              bool // who unlocked may nap on the free word
	Safe               [3]bool
	Can                [3]uint16
	Bug                LockBug
}

// Operations of a process of the lock model and its kin.
const (
	canLock uint16 = 1 << iota
	canTry
	canPark    // leaves a lock locked for others to release
	canHand    // releases what others hold
	canAttach  // a new process in the slot of the dead one
	canTakeOut // recovers others
	canLocks   = 1<<iota - 1
)

// Start has the lock free and all processes attached.
func (m Locks) Start() lockState {
	s := lockState{Ends: m.Ends, Parks: m.Parks}
	s.Kills = m.Kills
	if m.Left {
		s.Word, s.Dirty = lInconsistent, true
	}
	for x := range uint8(len(s.Gor)) {
		if x%2 >= m.Gors[x/2] {
			s.Gor[x].PC = dead
		} else {
			s.board(x / 2)
		}
	}
	return s
}

// Marks names the steps.
func (Locks) Marks() []Mark { return lockMarks[:] }

// String is one line for people.
func (w lword) String() string {
	t := "0"
	if w.lost() {
		t = "lost"
	} else if w.owned() {
		t = fmt.Sprintf("%d.%d", w.proc()+1, w.gen())
	}
	if w&lInconsistent != 0 {
		t += "·i"
	}
	if w&lWaiters != 0 {
		t += "·w"
	}
	return t
}

// String is one line for people.
func (s lockState) String() string {
	t := fmt.Sprintf("word=%v holder=%d", s.Word, s.Holder)
	if s.Dirty {
		t += " dirty"
	}
	for x, g := range s.Gor {
		if g.PC != idle && g.PC != dead {
			t += fmt.Sprintf(" %d%c:%s", x/2+1, 'a'+x%2, lockPlaces[g.PC])
		}
		for i, f := range []string{" slept", " late", " over", " all"} {
			if g.Flags>>i&1 != 0 {
				t += f
			}
		}
	}
	return t + " | " + s.crew.String()
}

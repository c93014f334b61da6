package model

import "fmt"

// condState is the whole machine of the condition model: processes of one
// goroutine each make items and take them, under a lock that is taken in one step
// and freed by a death.
type condState struct {
	PC    [3]uint8
	Flags [3]uint8
	crew
	Lock    uint8 // process+1
	Items   uint8
	Waiters uint8
	Makes   uint8 // items that may still be made
	Ends    uint8 // contexts that may still end
}

const (
	cCounted uint8 = 1 << iota // among the waiters
	cStale                     // the event has moved on since it was loaded
	cOver                      // its context is over
	cInside                    // it signals holding the lock
)

// Places of a process in its program.
const (
	cnLock uint8 = iota + dead + 1
	cnHold
	cnEvent
	cnUnlock
	cnSleep
	cnAsleep
	cnOut
	cnPass
	cnAgain
	cnMade
	cnMove
	cnWaiters
	cnWake
	cnFree
)

// Conditions is a configuration of the condition model. Nobody attaches again:
// what recovery does for a condition is the semaphore model's.
type Conditions struct {
	Procs, Makes, Kills, Ends uint8
	Quantum                   bool
	Silent                    bool // somebody may die between a change and its signal
	Bug                       CondBug
}

// CondBug is a bug planted in the condition model.
type CondBug uint8

// The planted bugs.
const (
	NoCondBug     CondBug = iota
	CondEventLate         // the event is loaded when the lock is free already
	CondCountLate         // a waiter counts itself when the lock is free already
	EventKept             // a signal wakes without moving the event on
	CondNoPassOn          // a context ends, and the signal that came meanwhile is lost
	SleepsAgain           // a waiter whose event has moved on sleeps on at its quantum's end
	condBugs
)

var condBugNames = [condBugs]string{"no bug", "event late", "count late", "event kept", "no pass on", "sleeps again"}

func (b CondBug) String() string { return condBugNames[b] }

// Start has all processes attached and nothing made.
func (m Conditions) Start() condState {
	s := condState{Makes: m.Makes, Ends: m.Ends}
	s.Kills = m.Kills
	for p := range uint8(len(s.PC)) {
		if p < m.Procs {
			s.board(p)
		} else {
			s.PC[p] = dead
		}
	}
	return s
}

// Marks names the steps.
func (Conditions) Marks() []Mark { return condMarks[:] }

// Wrong holds the protocol to its promises.
func (m Conditions) Wrong(s condState) string {
	counted, rest, asleep := uint8(0), true, false
	for p, pc := range s.PC {
		if s.Flags[p]&cCounted != 0 {
			counted++
		}
		switch pc {
		case idle, dead:
		case cnAsleep:
			asleep = true
			rest = rest && s.Flags[p]&cOver == 0
		default:
			rest = false
		}
	}
	switch {
	case counted > s.Waiters:
		return "more wait than are counted"
	case !m.Quantum && rest && asleep && s.Items > 0:
		return "everybody rests, an item is there, and a waiter sleeps on"
	}
	return ""
}

// Clean is nobody in a call, but those who wait for what is not there.
func (m Conditions) Clean(s condState) bool {
	for _, pc := range s.PC {
		if pc != idle && pc != dead && (pc != cnAsleep || s.Items > 0) {
			return false
		}
	}
	return true
}

// String is one line for people.
func (s condState) String() string {
	t := fmt.Sprintf("items=%d waiters=%d lock=%d", s.Items, s.Waiters, s.Lock)
	for p, pc := range s.PC {
		t += fmt.Sprintf(" %d:%s", p+1, condPlaces[pc])
		for i, f := range []string{" counted", " stale", " over"} {
			if s.Flags[p]>>i&1 != 0 {
				t += f
			}
		}
	}
	return t
}

package model

// SemaBug is a bug planted in the semaphore model.
type SemaBug uint8

// The planted bugs.
const (
	NoSemaBug        SemaBug = iota
	CountLate                // a sleeper counts itself after it has looked
	WaitersEarly             // V looks at the waiters before it gives the unit
	EventStays               // V wakes without moving the event on
	EventLate                // the event is loaded after the look
	SemaNoPassOn             // a context ends, and the wake-up that came meanwhile is lost
	HeedsStarving            // a front takes no unit while another starves, unless a quantum has ended
	UnitsByStore             // P stores the units without comparing
	NeverCountedOut          // a sleeper stays among the waiters
	RecountByStore           // recovery stores the count that it found in the ledgers
	RecountByValue           // ... if the count is what it was before it looked
	RecountProcesses         // ... counts the processes that the ledgers list, not their goroutines
	semaBugs
)

var semaBugNames = [semaBugs]string{
	"no bug",
	"count late",
	"waiters early",
	"event stays",
	"event late",
	"no pass on",
	"heeds starving",
	"units by store",
	"never counted out",
	"recount by store",
	"recount by value",
	"recount processes",
}

func (b SemaBug) String() string { return semaBugNames[b] }

// Wrong holds the protocol to its promises.
func (m Semas) Wrong(s semaState) string {
	if s.Bad == 2 {
		return "two recover one slot"
	}
	units, counted, rest, waits := s.Units+s.Lost, uint8(0), true, false
	for _, g := range s.Gor {
		if g.PC == smHold || g.Flags&sHas != 0 {
			units++
		}
		if g.Flags&sCounted != 0 {
			counted++
		}
		switch {
		case g.PC == smAsleep || g.PC == smQueued:
			waits = true
			rest = rest && g.Flags&sOver == 0
		case g.PC != idle && g.PC != dead:
			rest = false
		}
	}
	switch {
	case units != m.Units:
		return "a unit is lost, or came from nowhere"
	case counted > s.Waiters:
		return "more wait than are counted"
	case s.Kills == m.Kills && rest && !waits && s.Waiters != 0:
		return "everybody rests, nobody died, and somebody is counted as waiting"
	case !m.Quantum && rest && waits && s.Units > 0:
		return "everybody rests, a unit is free, and somebody sleeps on"
	}
	return ""
}

// Clean is nobody in a call, or waiting for units that the dead have taken with
// them.
func (m Semas) Clean(s semaState) bool {
	for _, g := range s.Gor {
		switch g.PC {
		case idle, dead:
		case smAsleep, smQueued:
			if s.Units > 0 || s.Lost < m.Units {
				return false
			}
		default:
			return false
		}
	}
	return true
}

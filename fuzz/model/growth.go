package model

import "fmt"

// growProc is a process that grows the arena.
type growProc struct {
	PC, From, To uint8
	Zone, At     uint8 // what it reserves next
	Knows        uint8 // pages that it uses
}

// growState is the whole machine. A page exists when each zone has its part of it.
type growState struct {
	Committed uint8
	Zone      [3]uint8 // states, bits, data: bits of pages whose part is reserved
	Room      uint8    // parts that the file system still has
	Proc      [3]growProc
	Kills     uint8
	Moves     uint8 // times that others take or give back room
	Bad       uint8
}

// Places of a grower.
const (
	grReserve uint8 = iota + dead + 1
	grCommit
	grUndo // a planted bug
)

// Growth is a configuration of the model of growth: fallocate of several pieces,
// then one compare-and-swap. A call of fallocate happens or fails as a whole, for
// the kernel undoes its part; what calls before it got stays.
type Growth struct {
	Procs, Pages, Room, Kills, Moves uint8
	Bug                              GrowthBug
}

// GrowthBug is a bug planted in the model of growth.
type GrowthBug uint8

// The planted bugs.
const (
	NoGrowthBug     GrowthBug = iota
	CommittedFirst            // pages are committed before they are reserved
	DataOnly                  // only data is reserved
	UndoReserved              // who fails gives back what it has reserved
	CommittedStored           // the count is stored, not compared and swapped
	CommittedHigher           // ... is swapped from whatever it is by now
	growthBugs
)

var growthBugNames = [growthBugs]string{"no bug", "commit first", "data only", "undo reserved", "commit stored", "commit higher"}

func (b GrowthBug) String() string { return growthBugNames[b] }

// Start has no pages.
func (m Growth) Start() growState {
	s := growState{Room: m.Room, Kills: m.Kills, Moves: m.Moves}
	for i := range s.Proc {
		if i >= int(m.Procs) {
			s.Proc[i].PC = dead
		}
	}
	return s
}

// Marks names the steps.
func (Growth) Marks() []Mark { return growthMarks[:] }

// Next is every step of every process, and of others that use the file system.
func (m Growth) Next(s growState, emit func(who, mark uint8, to growState)) {
	for p := range m.Procs {
		m.next(s, p, func(mark uint8, to growState) { emit(p, mark, to) })
		if s.Kills > 0 && s.Proc[p].PC != idle {
			n := s
			n.Kills--
			n.Proc[p] = growProc{}
			emit(p, hKill, n)
		}
	}
	if s.Moves > 0 {
		n := s
		n.Moves--
		if n.Room++; s.Room > 0 {
			l := s
			l.Moves--
			l.Room--
			emit(m.Procs, hRoom, l)
		}
		emit(m.Procs, hRoom, n)
	}
}

func (m *Growth) next(s growState, p uint8, emit func(mark uint8, to growState)) {
	done := func(n growState, mark, pc uint8) {
		g := &n.Proc[p]
		if g.PC = pc; pc == idle {
			*g = growProc{Knows: g.Knows}
		}
		emit(mark, n)
	}
	n := s
	switch g := &n.Proc[p]; g.PC {
	case idle:
		for to := s.Committed + 1; to <= m.Pages; to++ {
			n := s
			n.Proc[p] = growProc{From: s.Committed, To: to, Knows: s.Proc[p].Knows, At: s.Committed}
			if m.Bug == DataOnly {
				n.Proc[p].Zone = 2
			}
			pc := grReserve
			if m.Bug == CommittedFirst {
				pc = grCommit
			}
			done(n, hBegin, pc)
		}
		if s.Committed > s.Proc[p].Knows {
			n.Proc[p].Knows = s.Committed
			done(n, hUse, idle)
		}
	case grReserve:
		z := &n.Zone[g.Zone]
		if bit := uint8(1) << g.At; *z&bit == 0 && n.Room == 0 { // ENOSPC
			if m.Bug == UndoReserved && (g.Zone > 0 || g.At > g.From) {
				done(n, hReserve, grUndo)
				return
			}
			done(n, hReserve, idle)
			return
		} else if *z&bit == 0 {
			*z |= bit
			n.Room--
		}
		pc := grReserve
		if g.At++; g.At == g.To {
			g.At = g.From
			if g.Zone++; g.Zone == uint8(len(n.Zone)) {
				g.Zone, pc = 0, grCommit
				if m.Bug == CommittedFirst {
					pc = idle
				}
			}
		}
		done(n, hReserve, pc)
	case grCommit:
		pc := idle
		if m.Bug == CommittedFirst {
			pc = grReserve
		}
		if was := n.Committed; was == g.From || m.Bug == CommittedStored || m.Bug == CommittedHigher && was < m.Pages {
			if n.Committed = g.To; m.Bug == CommittedHigher {
				n.Committed = min(was+g.To-g.From, m.Pages)
			}
			if n.Committed < was {
				n.Bad = 1
			}
		}
		done(n, hCommit, pc)
	case grUndo:
		for z := range n.Zone {
			for at := g.From; at < g.To; at++ {
				if bit := uint8(1) << at; n.Zone[z]&bit != 0 && at >= n.Committed {
					n.Zone[z] &^= bit
					n.Room++
				}
			}
		}
		done(n, hReserve, idle)
	}
}

// Wrong holds the protocol to its promises.
func (m Growth) Wrong(s growState) string {
	if s.Bad != 0 {
		return "the arena shrinks"
	}
	for _, z := range s.Zone {
		if all := uint8(1)<<s.Committed - 1; z&all != all {
			return "a page is committed that is not reserved"
		}
	}
	for _, g := range s.Proc[:m.Procs] {
		if g.Knows > s.Committed {
			return "a page has gone that somebody uses"
		}
	}
	return ""
}

// Clean is nobody at work.
func (m Growth) Clean(s growState) bool {
	for _, g := range s.Proc {
		if g.PC > dead {
			return false
		}
	}
	return true
}

// String is one line for people.
func (s growState) String() string {
	return fmt.Sprintf("committed %d reserved %b room %d %v", s.Committed, s.Zone, s.Room, s.Proc)
}

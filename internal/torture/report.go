package torture

import (
	"fmt"
	"slices"
	"time"
)

// mostFindings is how many are kept.
const mostFindings = 50

// Snapshot is the state of a storm. Sizes are bytes, as of the latest account.
type Snapshot struct {
	Elapsed, For time.Duration // For: as asked for, 0 if there is no such end
	Procs, Alive int           // seats, and processes at work now
	Kills        int
	Joining      int // kills of processes that were joining, leaving or recovering
	Recoveries   int // dead users that were taken over
	Stops        int // times that a process was stopped for a while
	Bouts        int // arenas
	Growths      int // times that an arena was seen to have grown
	Accounts     int
	Ops          uint64 // operations finished
	Refused      uint64 // allocations, for want of room
	Left         int    // blocks that the killed left, found as orphans or explained

	Worst, Calm time.Duration // longest time without a finished operation, with kills and before the first
	WorstIn     string        // what that survivor was at

	Total, Free, Held, Kept, Orphaned uint64

	By       []PhaseKills
	Findings []string // at most some; Found counts all
	Found    int
}

// PhaseKills says how many goroutines were killed at something.
type PhaseKills struct {
	Phase string
	Kills int
}

// OK says that nothing was found.
func (s *Snapshot) OK() bool { return s.Found == 0 }

// Line is the storm as one JSON value.
type Line struct {
	Kills      int     `json:"kills"`
	Recoveries int     `json:"recoveries"`
	Worst      float64 `json:"worst_stall_ms"`
	Free       uint64  `json:"free"`
	Held       uint64  `json:"held"`
	Kept       uint64  `json:"kept"`
	Orphaned   uint64  `json:"orphaned"`
	Findings   int     `json:"findings"`
	OK         bool    `json:"ok"`
}

// Line is its last line.
func (s *Snapshot) Line() Line {
	return Line{s.Kills, s.Recoveries, float64(s.Worst.Microseconds()) / 1000, s.Free, s.Held, s.Kept, s.Orphaned, s.Found, s.OK()}
}

// bad notes something that is wrong.
func (s *storm) bad(format string, args ...any) {
	s.Found++
	if len(s.Findings) < mostFindings {
		s.Findings = append(s.Findings, fmt.Sprintf("seed %d, kill %d: ", s.o.Seed, s.Kills)+fmt.Sprintf(format, args...))
	}
}

// snapshot is the state as others may keep it.
func (s *storm) snapshot() Snapshot {
	c := s.Snapshot
	c.Elapsed = time.Since(s.start)
	c.Procs, c.Alive = s.o.Procs, 0
	c.Ops, c.Refused = 0, 0
	for i := range s.seats {
		if s.seats[i].proc != nil && !s.seats[i].dying {
			c.Alive++
		}
		for k := range s.l.Seats[i].Lanes {
			lane := &s.l.Seats[i].Lanes[k]
			c.Ops, c.Refused = c.Ops+lane.Ops.Load(), c.Refused+lane.Full.Load()
		}
	}
	c.Worst, c.Calm, c.WorstIn = s.watch.worst()
	c.By = nil
	for i, n := range s.by {
		if n > 0 {
			c.By = append(c.By, PhaseKills{phaseNames[i], n})
		}
	}
	c.Joining = s.by[joining] + s.by[leaving] + s.by[recovering]
	c.Findings = slices.Clone(s.Findings)
	return c
}

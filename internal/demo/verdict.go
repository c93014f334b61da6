package demo

import (
	"fmt"
	"time"

	"usarena/arena"
)

// Verdict is how a demo ended.
type Verdict struct {
	Procs     int      `json:"procs"`
	Seconds   float64  `json:"seconds"`
	Ops       uint64   `json:"ops"`                    // calls of malloc and free, the replay's included
	Allocated uint64   `json:"allocated"`              // blocks put into lists
	Freed     uint64   `json:"freed"`                  // blocks taken out of lists
	Foreign   uint64   `json:"foreign"`                // of these, freed by a process that had not made them
	Compared  uint64   `json:"compared"`               // bytes
	Rounds    uint64   `json:"rounds"`                 // replays of the trace
	Locked    int64    `json:"locked"`                 // times that the ledger's lock was taken
	Waited    int64    `json:"waited"`                 // times that it was busy
	PeakBytes uint64   `json:"peak_bytes"`             // most bytes of pages in use
	LeftBytes uint64   `json:"left_bytes"`             // bytes still live at the end
	Kills     uint64   `json:"kills,omitempty"`        // processes killed and replaced
	Told      uint64   `json:"told,omitempty"`         // times that the ledger's lock was inherited from one of them
	Orphans   uint64   `json:"orphans,omitempty"`      // blocks that they left
	Taken     uint64   `json:"taken,omitempty"`        // others' blocks that they were taking over
	Orphaned  uint64   `json:"orphan_bytes,omitempty"` // of all these
	Findings  []string `json:"findings"`               // of info.Check, and everything else that is wrong
	OK        bool     `json:"ok"`                     // nothing was lost
}

// verdict empties the lists, frees the board, and accounts.
func (r *run) verdict(trouble []string) Verdict {
	v := Verdict{Procs: r.Procs, Seconds: time.Since(r.start).Seconds(), Findings: append([]string{}, trouble...)}
	bad := func(format string, args ...any) { v.Findings = append(v.Findings, fmt.Sprintf(format, args...)) }

	l := newListing(r.a, r.b, maxSeat, 0)
	l.t, l.h = new(tally), nil // ours, not one in the arena
	for i := range r.b.Lists {
		if err := l.consume(takeAll(&r.b.Lists[i], nil)); err != nil {
			bad("the lists at the end: %v", err)
		}
	}
	noted := uint64(0)
	for i := range r.procs {
		t := &r.b.Tallies[i]
		noted += t.Noted.Load()
		v.Ops += t.Ops.Load()
		v.Allocated += t.Allocated.Load()
		v.Freed += t.Freed.Load()
		v.Foreign += t.Foreign.Load()
		v.Compared += t.Compared.Load()
		v.Rounds += t.Rounds.Load()
	}
	v.Freed += l.t.Freed.Load()
	v.Compared += l.t.Compared.Load()
	var rest left
	if v.Kills = r.killer.kills; v.Kills > 0 {
		rest = r.settle(bad)
		v.Orphans, v.Taken, v.Orphaned, v.Told = rest.orphans, rest.taken, rest.bytes, r.b.Shared.Told
	} else if v.Allocated != v.Freed {
		bad("%d blocks were allocated, %d were freed", v.Allocated, v.Freed)
	}
	if m, err := r.lock.Meter(); err == nil {
		v.Locked, v.Waited = m.Hits, m.Spins
	}
	r.account(r.b, noted, v.Kills, bad)
	arena.CasRoot(r.a, r.board, arena.Ptr[board]{})
	if err := r.board.Free(r.a); err != nil {
		bad("the board: %v", err)
	}
	for _, f := range r.a.Check().Findings {
		bad("check: %s at %#x: %s", f.Kind, f.Offset, f.Detail)
	}
	st := r.a.Stats()
	v.PeakBytes, v.LeftBytes = st.HighBytes, st.LiveBytes
	if v.LeftBytes != 0 {
		bad("%d bytes are live although everything was freed", v.LeftBytes)
	}
	v.OK = len(v.Findings) == 0
	return v
}

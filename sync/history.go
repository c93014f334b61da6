package sync

import (
	"fmt"
	"time"

	"usarena/arena"
	"usarena/internal/fault"
	"usarena/internal/robust"
)

// HistOp is an operation in the history of an arena's semaphores.
type HistOp uint8

// The operations. IRIX: HOP_PHIT and so on.
const (
	HistPHit   HistOp = 1 + iota // P got a unit at once
	HistPSleep                   // P found none and waits
	HistPWoke                    // that P got one
	HistVHit                     // V, nobody waited
	HistVWake                    // V, and somebody waited
	HistPMiss                    // TryP found none
)

// String names the operation as IRIX does.
func (o HistOp) String() string {
	names := [...]string{"?", "PHIT", "PSLEEP", "PWOKE", "VHIT", "VWAKE", "PMISS"}
	if int(o) >= len(names) {
		return fmt.Sprint(uint8(o))
	}
	return names[o]
}

// HistEntry is one operation. IRIX: hist_t.
type HistEntry struct {
	Sema  arena.Offset
	Op    HistOp
	Pid   int
	Count int    // free units afterwards; below zero: who waits
	Woken int    // HistVWake: a process that waited, 0 unknown
	PC    uint64 // the caller, for runtime.FuncForPC of that program
	Time  time.Time
}

// HistoryLog is the history of an arena's semaphores, a ring that all users
// share. IRIX: usconfig(CONF_HIST…).
type HistoryLog struct{ a *arena.Arena }

// History is the history of an arena.
func History(a *arena.Arena) *HistoryLog { return &HistoryLog{a} }

// On has semaphores that are made from now on take part, by any user; others do
// with Sema.SetHistory. The ring is made the first time, with as many entries as
// config.HistorySize says, 4096 if that is 0: ErrNoSpace. IRIX: CONF_HISTON.
func (h *HistoryLog) On() error { return h.set("history on", true, 0) }

// OnSize is On with a ring of n entries, if there is none yet. IRIX:
// CONF_HISTSIZE.
func (h *HistoryLog) OnSize(n int) error { return h.set("history on", true, n) }

// Off ends that; semaphores that take part go on. IRIX: CONF_HISTOFF.
func (h *HistoryLog) Off() error { return h.set("history off", false, 0) }

func (h *HistoryLog) set(op string, on bool, n int) error {
	return h.call(op, func(t *robust.Table) error { return t.SetHistory(op, on, n) })
}

// Fetch copies the entries, newest first, and says how many were overwritten or
// left unfinished by a process that died. ErrInvalid if history was never on.
// IRIX: CONF_HISTFETCH.
func (h *HistoryLog) Fetch() (entries []HistEntry, lost uint64, err error) {
	err = h.call("history", func(t *robust.Table) error {
		notes, n, err := t.Notes("history")
		lost = n
		for _, x := range notes {
			entries = append(entries, HistEntry{x.Object, HistOp(x.Op), x.Pid, int(x.Count), x.Woken, x.PC, x.Time})
		}
		return err
	})
	return entries, lost, err
}

// Reset drops all entries. IRIX: CONF_HISTRESET.
func (h *HistoryLog) Reset() error {
	return h.call("history reset", func(t *robust.Table) error { t.DropNotes(); return nil })
}

func (h *HistoryLog) call(op string, f func(*robust.Table) error) (err error) {
	s, err := enter(h.a, op)
	if err != nil {
		return err
	}
	defer s.t.End(op, &err, fault.Arm())
	return f(s.t)
}

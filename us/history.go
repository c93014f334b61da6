package us

import (
	"usarena/arena"
	"usarena/internal/errs"
	"usarena/sync"
)

// Hist is one operation in an arena's history. IRIX: hist_t.
type Hist = sync.HistEntry

// HistPtr is what CONF_HISTFETCH fills. IRIX: histptr_t.
type HistPtr struct {
	Entries []Hist // newest first: what hp_current leads to, hp_entries of them
	Errors  uint64 // entries that were overwritten or never finished: hp_errors
}

// Operations of the history. A pollable semaphore takes no part in it.
const (
	HOP_PHIT   = sync.HistPHit   // P got a unit at once
	HOP_PSLEEP = sync.HistPSleep // P found none and waits
	HOP_PWOKE  = sync.HistPWoke  // that P got one
	HOP_VHIT   = sync.HistVHit   // V, nobody waited
	HOP_VWAKE  = sync.HistVWake  // V, and somebody waited
	HOP_PMISS  = sync.HistPMiss  // CPSema found none
)

// history runs the commands of Config for it.
func history(cmd Command, a *arena.Arena, args []any) error {
	h := sync.History(a)
	switch cmd {
	case CONF_HISTON:
		return h.OnSize(histSize(a))
	case CONF_HISTOFF:
		return h.Off()
	case CONF_HISTRESET:
		return h.Reset()
	case CONF_HISTSIZE:
		v, err := number(cmd, args, 1, 2)
		if err == nil && v > 1<<31-1 {
			err = errs.Wrap(errs.Invalid, "config", "command %d: %d records", int(cmd), v)
		}
		if err == nil {
			setHistSize(a, int(v))
		}
		return err
	}
	p, err := pointer[HistPtr]("config", int(cmd), args[1:])
	if err != nil {
		return err
	}
	entries, lost, err := h.Fetch()
	if err == nil {
		*p = HistPtr{entries, lost}
	}
	return err
}

// histSize is what this process has set for when it turns history on.
func histSize(a *arena.Arena) int {
	settings.Lock()
	defer settings.Unlock()
	return settings.histSize[a]
}

func setHistSize(a *arena.Arena, n int) {
	settings.Lock()
	defer settings.Unlock()
	if settings.histSize == nil {
		settings.histSize = map[*arena.Arena]int{}
	}
	settings.histSize[a] = n
}

// forgetHistSize is for an arena that this process leaves.
func forgetHistSize(a *arena.Arena) {
	settings.Lock()
	defer settings.Unlock()
	delete(settings.histSize, a)
}

package model

import "testing"

// most bounds the states of one run; reaching it fails the test. The large ones
// may have ten times as many.
const most = 4_000_000

// all visits every state of m and holds that nothing is wrong in any.
func all[S comparable](t *testing.T, m Machine[S]) Result {
	t.Helper()
	limit := most
	if *large {
		limit *= 10
	}
	r := Explore(m, limit)
	if r.Wrong != "" || !r.Whole || r.Cleans == 0 {
		t.Fatal(r)
	}
	t.Log(r)
	return r
}

// spanRuns are the configurations that must be free of violations. Roles bound
// the states where three processes take part.
func spanRuns() map[string]Spans {
	const maker = canMalloc | canFree | canDisown | canNew
	const other = canAdopt | canDisown | canRecover
	const both = canAll &^ (canSweep | canFoul | canKeep | canClose)
	all := [3]uint16{canAll, canAll, canAll}
	runs := map[string]Spans{
		"two do everything, two blocks":        {Procs: 2, Pages: 1, Blocks: 2, Kills: 1, Same: true, Can: all},
		"two do everything, double free":       {Procs: 2, Pages: 1, Blocks: 2, Kills: 1, Fouls: 1, Same: true, Can: all},
		"two do everything, three blocks":      {Procs: 2, Pages: 1, Blocks: 3, Kills: 1, Same: true, Can: all},
		"two do everything, old records":       {Procs: 2, Pages: 1, Blocks: 2, Kills: 1, Same: true, Stale: true, Keeps: true, Can: all},
		"two do much, two pages":               {Procs: 2, Pages: 2, Blocks: 1, Kills: 1, Can: [3]uint16{both, canFree | canAdopt | canDisown}},
		"two do everything, no room":           {Procs: 2, Pages: 1, Blocks: 1, Kills: 2, Closes: 1, Full: true, Same: true, Can: all},
		"reclaim, two do everything, no room":  {Procs: 2, Pages: 1, Blocks: 1, Kills: 2, Closes: 1, Full: true, Same: true, Reclaim: true, Can: all},
		"maker, freer, recoverer":              {Procs: 3, Pages: 1, Blocks: 1, Kills: 2, Can: [3]uint16{maker, canFree, other}},
		"maker, freer, recoverer, double free": {Procs: 3, Pages: 1, Blocks: 1, Kills: 1, Fouls: 1, Can: [3]uint16{maker, canFree | canFoul, other}},
		"maker, freer, adopter, nobody dies":   {Procs: 3, Pages: 1, Blocks: 2, Can: [3]uint16{maker | canCollect, canFree, other}},
		"three do everything, nobody dies":     {Procs: 3, Pages: 1, Blocks: 1, Fouls: 1, Same: true, Can: all},
	}
	meetings(runs)
	return runs
}

// meetings are runs in which blocks of several users meet in a span and one of
// them dies, with and without reclaim. The recoverer can be killed too; in runs
// of three the user whose blocks must not be touched lives on. Where three meet
// there are too few entries.
func meetings(runs map[string]Spans) {
	const maker = canMalloc | canDisown | canNew
	const guest = canMalloc | canAdopt | canDisown
	survivor := [3]bool{1: true}
	for name, reclaim := range map[string]bool{"orphans": false, "reclaim": true} {
		m := Spans{Procs: 2, Pages: 1, Blocks: 2, Kills: 1, Closes: 1, Reclaim: reclaim, Same: true, Can: [3]uint16{canAll, canAll}}
		runs[name+", two do everything, one closes"] = m
		if *large {
			m.Kills = 2
			runs[name+", two do everything, one closes, two deaths"] = m
		}
		m = Spans{Procs: 3, Pages: 1, Blocks: 2, Kills: 2, Safe: survivor, Reclaim: reclaim}
		m.Can = [3]uint16{maker, guest | canFree, canRecover}
		runs[name+", two meet, a third recovers"] = m
		m.Can = [3]uint16{maker, guest, canRecover | canSweep | canFree}
		if *large {
			runs[name+", two meet, a third recovers, sweeps and frees"] = m
		}
	}
	m := Spans{Procs: 3, Pages: 1, Blocks: 3, Closes: 1, Can: [3]uint16{maker | canClose, guest, guest | canFree}}
	runs["three meet, one closes"] = m
	if *large {
		m = Spans{Procs: 3, Pages: 1, Blocks: 3, Kills: 1, Can: [3]uint16{maker, guest, guest | canRecover | canFree}}
		runs["three meet, one dies"] = m
		m.Can[1] |= canFree | canKeep
		m.Closes = 1
		runs["three meet, one dies, one closes"] = m
		runs["two do everything, two deaths"] = Spans{Procs: 2, Pages: 1, Blocks: 2, Kills: 2, Same: true, Can: [3]uint16{canAll, canAll}}
	}
}

func TestSpans(t *testing.T) {
	used := make([]bool, len(spanMarks))
	states, steps := 0, 0
	for name, m := range spanRuns() {
		t.Run(name, func(t *testing.T) {
			r := all(t, m)
			states, steps = states+r.States, steps+r.Steps
			for i, u := range r.Used {
				used[i] = used[i] || u
			}
		})
	}
	t.Logf("in all %d states, %d transitions", states, steps)
	for i, u := range used {
		if !u {
			t.Errorf("no run takes the step %v", spanMarks[i])
		}
	}
}

// seen holds that the model finds the bug of m.
func seen(t *testing.T, m Spans) {
	t.Helper()
	r := Explore(m, most)
	if r.Wrong == "" || r.Whole || len(r.Path) < 2 {
		t.Fatalf("not seen in %v", r)
	}
	t.Logf("%s, after %d steps", r.Wrong, len(r.Path)-1)
	if testing.Verbose() && m.counts() {
		t.Log(r)
	}
}

// TestSpanBugs holds that the model sees each planted bug.
func TestSpanBugs(t *testing.T) {
	const guests = canMalloc | canAdopt | canDisown
	for b := SpanBug(1); b < spanBugs; b++ {
		t.Run(b.String(), func(t *testing.T) {
			m := Spans{Procs: 2, Pages: 1, Blocks: 1, Kills: 2, Fouls: 1, Can: [3]uint16{canAll, canAll, canAll}, Bug: b}
			switch {
			case m.counts(): // no wrap-around of the number, no death, no mistake needed
				m.Fouls, m.Kills, m.Adopts = 0, 0, 3
			case b == RecoverWithoutClaim:
				m.Procs, m.Fouls = 3, 0
			case b == ReclaimByStore: // what it loses is a mistaken free
				m.Reclaim, m.Kills = true, 1
			case b == HandedOn:
				m.Reclaim, m.Kills, m.Fouls = true, 1, 0
			case b == DisownedNotTakenBack, b == AnyonesUntagged, b == StrangersUntagged, b == AnyGeneration:
				m.Full, m.Fouls, m.Closes = true, 0, 1
			case b == EntryByStore, b == SoleByFirst:
				m = Spans{Procs: 3, Pages: 1, Blocks: 3, Kills: 1, Can: [3]uint16{canMalloc | canDisown | canNew, guests | canFree, guests | canRecover}, Bug: b}
			case b == MarkAfterR:
				m.Blocks, m.Fouls = 2, 0
			case b == ReclaimByAnyone:
				m.Blocks, m.Fouls, m.Reclaim = 2, 0, true
			case b >= TaggedFreedByStore:
				m.Blocks, m.Fouls, m.Kills, m.Closes = 2, 0, 1, 1
			}
			seen(t, m)
		})
	}
}

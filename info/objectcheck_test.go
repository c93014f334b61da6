package info

import (
	"strings"
	"testing"
	"time"

	"usarena/internal/layout"
	"usarena/internal/region"
)

func TestObjectSampleIsClean(t *testing.T) {
	m := objectSample(t)
	wantClean(t, m.check())
	r, err := region.Over(m.b, m.g, "sample")
	if err != nil {
		t.Fatal(err)
	}
	wantClean(t, CheckRegion(r, false, nil))
	wantClean(t, CheckRegion(r, true, nil))
	name := m.file(t)
	for _, live := range []bool{false, true} {
		if live {
			hold(t, name, 1)
		}
		report, err := Check(name)
		if err != nil || report.Live != live {
			t.Fatalf("live %v, %v", report.Live, err)
		}
		wantClean(t, report)
	}
}

// TestObjectsLegal are states that a kill, a program's mistake or an instant may
// leave: no finding.
func TestObjectsLegal(t *testing.T) {
	for name, change := range map[string]func(m *maker){
		"late waker": func(m *maker) {
			off := m.at(pageUnits, recAgain)
			m.half(off+offLock+4, 17) // Event
			m.half(off+offWaiters, 1)
			m.put(off+offOwnerPC, 1)
		},
		"waiters of a free lock": func(m *maker) { m.half(m.at(pageUnits, recDied)+offLock, layout.LockInconsistent|layout.LockWaiters) },
		"repair": func(m *maker) {
			m.half(m.at(pageUnits, recHeld)+offLock, layout.LockWord(2, gen2)|layout.LockInconsistent)
		},
		"lost with waiters": func(m *maker) { m.half(m.at(pageUnits, recLost)+offLock, layout.LockDead|layout.LockWaiters) },
		"made by a dead user": func(m *maker) {
			m.put(m.at(pageUnits, recMaking), uint64(layout.MakeHead(layout.SemaObject, layout.ObjectMaking, 0, 4, 3)))
		},
		"setup":                func(m *maker) { m.half(layout.SetupOff, layout.LockWord(1, gen1)|layout.LockWaiters) },
		"setup of the dead":    func(m *maker) { m.half(layout.SetupOff, layout.LockInconsistent) },
		"no chain":             func(m *maker) { m.put(offObjects, 0) },
		"chain lacks runs":     func(m *maker) { m.link(pageFours) },
		"chain leaves objects": func(m *maker) { m.link(pageFours, pageFours+7); m.put(m.bitsAt(pageFours+7)+offHint, ^uint64(0)) },
		"no history":           func(m *maker) { m.put(offHistory, 0) },
		"broken barrier": func(m *maker) {
			m.put(m.at(pagePairs, recBarrier)+offWord, uint64(layout.MakeBarrier(12, 0)|layout.BarrierBroken))
		},
		"broken in its last phase": func(m *maker) { m.half(m.at(pagePairs, recBarrier)+offBroken, 1<<31) },
		"ledger":                   func(m *maker) { m.put(m.g.LedgersOff+0x70, ^uint64(0)); m.put(m.g.LedgersOff+0x78, ^uint64(0)) },
		"damaged entries unused":   func(m *maker) { m.put(m.at(pageRing, 0)+offWord, 2); m.put(m.at(pageRing, 0)+64*4+0x30, 1) },
	} {
		t.Run(name, func(t *testing.T) {
			m := objectSample(t)
			change(m)
			wantClean(t, m.check())
		})
	}
}

// TestObjectsPlanted spoils a sound arena in one place and expects the finding
// that names it, at that place.
func TestObjectsPlanted(t *testing.T) {
	unit := func(i uint64) uint64 { return m0.at(pageUnits, i) }
	pair := func(i uint64) uint64 { return m0.at(pagePairs, i) }
	four := func(i uint64) uint64 { return m0.at(pageFours, i) }
	ring := m0.at(pageRing, 0)
	head := layout.MakeHead
	type m = maker
	for name, d := range map[string]struct {
		off   uint64
		plant func(m *maker)
	}{
		"class":       {m0.stateAt(pageUnits), func(m *m) { m.state(pageUnits, layout.ObjectRun(1, 21)) }},
		"too long":    {m0.stateAt(pageRing), func(m *m) { m.state(pageRing, layout.ObjectRun(3, 7)) }},
		"too short":   {m0.stateAt(pageRing), func(m *m) { m.state(pageRing, layout.ObjectRun(1, 7)) }},
		"orphaned":    {m0.stateAt(pageUnits), func(m *m) { m.state(pageUnits, layout.ObjectRun(1, 0)|layout.Orphaned) }},
		"owned":       {m0.stateAt(pageUnits), func(m *m) { m.state(pageUnits, layout.ObjectRun(1, 0)|layout.Owned) }},
		"room":        {m0.stateAt(pageUnits), func(m *m) { m.state(pageUnits, layout.ObjectRun(1, 0)|layout.Room) }},
		"chain":       {offObjects, func(m *m) { m.put(offObjects, objectPages+1) }},
		"chain far":   {m0.bitsAt(pageFours) + offHint, func(m *m) { m.put(m.bitsAt(pageFours)+offHint, 1<<60) }},
		"chain ring":  {m0.bitsAt(pagePairs) + offHint, func(m *m) { m.put(m.bitsAt(pagePairs)+offHint, pagePairs+1) }},
		"chain round": {m0.bitsAt(pagePairs) + offHint, func(m *m) { m.put(m.bitsAt(pageUnits)+offHint, pageRing+1) }},

		"history nowhere": {offHistory, func(m *m) { m.put(offHistory, 64) }},
		"history beyond":  {offHistory, func(m *m) { m.put(offHistory, m.g.FileSize(objectPages)) }},
		"history inside":  {offHistory, func(m *m) { m.put(offHistory, ring+layout.PageSize) }},
		"history between": {offHistory, func(m *m) {
			m.put(offHistory, ring+128)
			m.put(ring+128, uint64(head(layout.HistoryObject, layout.ObjectLive, 0, 0, 3)))
		}},
		"history is not": {offHistory, func(m *m) { m.put(offHistory, unit(recHeld)) }},
		"history freed":  {offHistory, func(m *m) { m.put(ring, uint64(head(0, layout.ObjectFree, 0, 0, 4))); m.put(ring+offWord, 0) }},

		"head kind":       {unit(recHeld), func(m *m) { m.put(unit(recHeld), uint64(head(9, layout.ObjectLive, 0, 0, 3))) }},
		"head of nothing": {unit(recHeld), func(m *m) { m.put(unit(recHeld), uint64(head(0, layout.ObjectLive, 0, 0, 3))) }},
		"head state":      {unit(recHeld), func(m *m) { m.put(unit(recHeld), uint64(head(layout.LockObject, 3, 0, 0, 3))) }},
		"head bits":       {unit(recHeld), func(m *m) { m.w[unit(recHeld)/8] |= 1 << 31 }},
		"head option":     {unit(recHeld), func(m *m) { m.w[unit(recHeld)/8] |= 1 << 15 }},
		"head maker":      {unit(recHeld), func(m *m) { m.put(unit(recHeld), uint64(head(layout.LockObject, layout.ObjectLive, 0, 1, 3))) }},
		"free of kind":    {unit(recAgain), func(m *m) { m.put(unit(recAgain), uint64(head(layout.LockObject, layout.ObjectFree, 0, 0, 3))) }},
		"free of options": {unit(recAgain), func(m *m) { m.put(unit(recAgain), uint64(head(0, layout.ObjectFree, layout.OptionKept, 0, 3))) }},
		"free of maker":   {unit(recAgain), func(m *m) { m.put(unit(recAgain), uint64(head(0, layout.ObjectFree, 0, 1, 3))) }},
		"made by nobody":  {unit(recMaking), func(m *m) { m.put(unit(recMaking), uint64(head(layout.LockObject, layout.ObjectMaking, 0, 0, 3))) }},
		"made by slot 9":  {unit(recMaking), func(m *m) { m.put(unit(recMaking), uint64(head(layout.LockObject, layout.ObjectMaking, 0, 9, 3))) }},
		"made by free":    {unit(recMaking), func(m *m) { m.put(unit(recMaking), uint64(head(layout.LockObject, layout.ObjectMaking, 0, 3, 3))) }},
		"too small":       {unit(recHeld), func(m *m) { m.put(unit(recHeld), uint64(head(layout.SemaObject, layout.ObjectLive, 0, 0, 3))) }},
		"too small undo": {pair(recSema), func(m *m) {
			m.put(pair(recSema), uint64(head(layout.SemaObject, layout.ObjectLive, layout.OptionUndo, 0, 3)))
		}},

		"free word":        {unit(recAgain) + offWord, func(m *m) { m.put(unit(recAgain)+offWord, 1) }},
		"free lock":        {unit(recAgain) + offLock, func(m *m) { m.half(unit(recAgain)+offLock, layout.LockWord(1, gen1)) }},
		"free broken":      {unit(recAgain) + offBroken&^7, func(m *m) { m.half(unit(recAgain)+offBroken, 1) }},
		"free padding":     {unit(recAgain) + 0x20, func(m *m) { m.half(unit(recAgain)+0x24, 1) }},
		"free bit":         {pair(recWas) + 64, func(m *m) { m.put(pair(recWas)+64, 2) }},
		"free, the last":   {pair(31) + 120, func(m *m) { m.put(pair(31)+120, 1) }},
		"free, never used": {four(5) + 248, func(m *m) { m.put(four(5)+248, 1) }},

		"lock of slot 9":     {unit(recHeld) + offLock, func(m *m) { m.half(unit(recHeld)+offLock, layout.LockWord(9, 1)) }},
		"lock of slot 0":     {unit(recHeld) + offLock, func(m *m) { m.half(unit(recHeld)+offLock, layout.LockWord(0, 1)) }},
		"lock of free":       {unit(recHeld) + offLock, func(m *m) { m.half(unit(recHeld)+offLock, layout.LockWord(3, gen3)) }},
		"lock of past":       {unit(recHeld) + offLock, func(m *m) { m.half(unit(recHeld)+offLock, layout.LockWord(1, gen1-1)) }},
		"lock lost and held": {unit(recLost) + offLock, func(m *m) { m.half(unit(recLost)+offLock, layout.LockDead|layout.LockWord(0, 5)) }},
		"kept by slot 9":     {unit(recKept) + offLock, func(m *m) { m.half(unit(recKept)+offLock, layout.LockWord(9, 1)) }},
		"writer of past":     {pair(recRW) + offLock, func(m *m) { m.half(pair(recRW)+offLock, layout.LockWord(2, gen2+1)) }},
		"reader 0":           {pair(recRW) + 64, func(m *m) { m.bitsOf(pair(recRW), 0) }},
		"reader 9":           {pair(recRW) + 64, func(m *m) { m.bitsOf(pair(recRW), 9) }},
		"reader free":        {pair(recRW) + 64, func(m *m) { m.bitsOf(pair(recRW), 3) }},
		"party 9":            {pair(recBarrier) + 64, func(m *m) { m.bitsOf(pair(recBarrier), 63) }},
		"party free":         {pair(recBarrier) + 64, func(m *m) { m.bitsOf(pair(recBarrier), 5) }},
		"arrived at broken":  {pair(recBarrier) + offWord, func(m *m) { m.w[(pair(recBarrier)+offWord)/8] |= uint64(layout.BarrierBroken) }},
		"phase that broke":   {pair(recBarrier) + offBroken, func(m *m) { m.half(pair(recBarrier)+offBroken, 1<<31+1) }},
		"setup of free":      {layout.SetupOff, func(m *m) { m.half(layout.SetupOff, layout.LockWord(3, gen3)) }},
		"setup of slot 9":    {layout.SetupOff, func(m *m) { m.half(layout.SetupOff, layout.LockWord(9, 1)) }},
		"lane":               {four(recUndo) + offWord, func(m *m) { m.put(four(recUndo)+offWord, uint64(layout.SemaWord(0).Tagged(8*4, 1))) }},
		"lane of a plain one": {pair(recSema) + offWord, func(m *m) {
			m.put(pair(recSema)+offWord, uint64(layout.SemaWord(0).Tagged(1<<14-1, 1)))
		}},
		"units of free":  {four(recUndo) + slotAt(3), func(m *m) { m.put(four(recUndo)+slotAt(3), 1) }},
		"queued free":    {four(recPoll) + slotAt(3), func(m *m) { m.put(four(recPoll)+slotAt(3), layout.PollWord(layout.PollQueued, 1)) }},
		"queued how":     {four(recPoll) + slotAt(2), func(m *m) { m.put(four(recPoll)+slotAt(2), 3) }},
		"queued bits":    {four(recPoll) + slotAt(2), func(m *m) { m.put(four(recPoll)+slotAt(2), 1<<20) }},
		"queued beyond":  {four(recPoll) + slotAt(2), func(m *m) { m.put(four(recPoll)+slotAt(2), ^uint64(255)) }},
		"behind the end": {four(recPoll) + 192, func(m *m) { m.put(four(recPoll)+192, 1) }},
	} {
		t.Run(name, func(t *testing.T) {
			m := objectSample(t)
			d.plant(m)
			wantFinding(t, m, KindObject, d.off)
		})
	}
	for name, off := range map[string]uint64{
		"object": unit(recHeld) + 0x24, "object end": unit(recCondition) + 0x38, "gauge": pair(recMeter) + 64 + 0x38,
		"gauge of a sema": pair(recSema) + 64 + 0x38, "entry": ring + 64*(layout.PageSize*2/64-1) + 0x30,
	} {
		t.Run("reserved "+name, func(t *testing.T) {
			m := objectSample(t)
			m.half(off, 1)
			wantFinding(t, m, KindReserved, off)
		})
	}
}

// TestHistoryBeyondTheLook: a ring that ends behind what is looked at may be one.
func TestHistoryBeyondTheLook(t *testing.T) {
	m := objectSample(t)
	x, err := newImage(m.b, "sample", &findings{})
	if err != nil {
		t.Fatal(err)
	}
	for _, pages := range []uint64{pageRing, pageRing + 1} {
		if x.pages = pages; !x.isHistory(m.at(pageRing, 0)) {
			t.Errorf("a look at %d pages finds damage", pages)
		}
	}
}

// wantFinding wants it from the bytes, from a mapping that is in use, and from a
// file.
func wantFinding(t *testing.T, m *maker, kind string, off uint64) {
	t.Helper()
	defer func(was []time.Duration) { pauses = was }(pauses)
	pauses = pauses[:2] // nobody writes
	r, err := region.Over(m.b, m.g, "planted")
	if err != nil {
		t.Fatal(err)
	}
	fromFile, err := Check(m.file(t))
	if err != nil {
		t.Fatal(err)
	}
	for from, report := range map[string]Report{"image": m.check(), "region": CheckRegion(r, true, nil), "file": fromFile} {
		ok, all := false, []string{}
		for _, f := range report.Findings {
			ok = ok || f.Kind == kind && f.Offset == off
			all = append(all, f.Kind+" "+f.Detail)
		}
		if !ok {
			t.Errorf("%s: no %s at %#x, but %q", from, kind, off, strings.Join(all, "; "))
		}
	}
}

package info

import (
	"strings"
	"testing"

	"usarena/internal/layout"
	"usarena/internal/region"
)

func (m *maker) check() Report { return CheckImage(m.b) }

func wantClean(t *testing.T, r Report) {
	t.Helper()
	for _, f := range r.Findings {
		t.Errorf("%s at %#x: %s", f.Kind, f.Offset, f.Detail)
	}
	if !r.Clean && len(r.Findings) == 0 {
		t.Error("not clean, without a finding")
	}
}

func TestSampleIsClean(t *testing.T) {
	m := sample(t)
	wantClean(t, m.check())
	wantClean(t, CheckImage(append([]byte{0}, m.b...)[1:])) // at an odd address
	r, err := region.Over(m.b, m.g, "sample")
	if err != nil {
		t.Fatal(err)
	}
	wantClean(t, CheckRegion(r, false, nil))
	wantClean(t, CheckRegion(r, true, nil))
}

// TestLegal are states that a kill may leave, or an instant may show: no finding.
func TestLegal(t *testing.T) {
	for name, change := range map[string]func(m *maker){
		"empty":       func(m *maker) { *m = *newMaker(t, 4<<20, 8, 900) },
		"tiny":        func(m *maker) { *m = *newMaker(t, 64<<10, 8, 14) },
		"returned":    func(m *maker) { m.put(m.bitsAt(pageOwned)+layout.BitsR, 0b1000) },
		"settled":     func(m *maker) { m.put(m.bitsAt(pageLeft), 0b11110); m.put(m.bitsAt(pageLeft)+layout.BitsR, 1) },
		"dropped":     func(m *maker) { m.put(m.bitsAt(pageOwned)+layout.BitsK, 0b101) },
		"left whole":  func(m *maker) { m.state(pageBare, layout.OwnedSpan(1, 0, 4, 2, 9).Disowned()|layout.Orphaned) },
		"shared":      func(m *maker) { m.state(pageLeft, layout.OwnedSpan(1, 3, 1, 7, 9)|layout.Tagged) },
		"stale lines": func(m *maker) { m.put(m.bitsAt(pageLarge), ^uint64(0)) },
		"lock ahead":  func(m *maker) { m.put(m.lockAt(1), uint64(layout.LockWord(1, 8))) },
		"root":        func(m *maker) { m.put(0x240, ^uint64(0)) },
		"hints":       func(m *maker) { m.put(m.lockAt(0)+0x40, ^uint64(0)); m.put(0x300, ^uint64(0)) },
		"free beyond": func(m *maker) { m.state(pageLast+1, layout.FreeRun(m.g.MaxPages-pageLast-1)) },
		"free at end": func(m *maker) {
			m.run(pageLast, layout.LargeRun(samplePages-pageLast, 0, 0))
			m.state(samplePages, layout.FreeRun(m.g.MaxPages-samplePages))
		},
		"split under lock": func(m *maker) {
			m.put(m.lockAt(0), uint64(layout.LockWord(1, 7)))
			m.state(pageKept+3, layout.FreeRun(pageAcross-pageKept-3))
			m.state(pageKept+2, layout.BackTo(1))
		},
		"grown under lock": func(m *maker) {
			m.put(m.lockAt(0), uint64(layout.LockWord(2, 3)))
			m.state(pageLarge+3, layout.FreeRun(2))
		},
		"cut under lock": func(m *maker) {
			m.put(m.lockAt(2), uint64(layout.LockWord(2, 3)))
			m.state(512, layout.ContOf(512-pageAcross, 3))
			m.state(515, layout.FreeRun(pageOver-515))
		},
		"freed across": func(m *maker) { m.state(pageAcross, layout.FreeRun(256-pageAcross)) },
		"pending across": func(m *maker) {
			m.state(pageAcross, layout.PendingRun(pageOver-pageAcross))
		},
		"dead":        func(m *maker) { m.user(2, layout.UserDead, 3) },
		"half zeroed": func(m *maker) { m.state(pageWas+1, 0) },
	} {
		t.Run(name, func(t *testing.T) {
			m := sample(t)
			change(m)
			wantClean(t, m.check())
		})
	}
}

// TestPlanted spoils a sound arena in one place and expects the finding that
// names it, at that place.
func TestPlanted(t *testing.T) {
	across := m0.stateAt(256)
	for name, d := range map[string]struct {
		kind  string
		off   uint64
		plant func(m *maker)
	}{
		"magic":            {KindMagic, 0, func(m *maker) { m.b[3] ^= 4 }},
		"version":          {KindVersion, 8, func(m *maker) { m.b[8] ^= 0x80 }},
		"layout":           {KindVersion, 12, func(m *maker) { m.b[13] ^= 1 }},
		"feature":          {KindFeature, 0x18, func(m *maker) { m.b[0x18] = 1 }},
		"checksum":         {KindChecksum, 0x1c, func(m *maker) { m.b[0x1c]++ }},
		"constant":         {KindChecksum, 0x1c, func(m *maker) { m.b[0xb8]++ }},
		"geometry":         {KindGeometry, 0x20, func(m *maker) { m.put(0x88, 4096); m.seal() }},
		"users":            {KindGeometry, 0x20, func(m *maker) { m.put(0x30, 9); m.seal() }},
		"reserved const":   {KindReserved, 0x100, func(m *maker) { m.put(0x100, 1); m.seal() }},
		"reserved header":  {KindReserved, 0x208, func(m *maker) { m.put(0x208, 1) }},
		"reserved end":     {KindReserved, 0x3f8, func(m *maker) { m.put(0x3f8, 1<<63) }},
		"committed":        {KindCommitted, 0x200, func(m *maker) { m.put(0x200, m.g.MaxPages+1) }},
		"committed huge":   {KindCommitted, 0x200, func(m *maker) { m.put(0x200, ^uint64(0)) }},
		"truncated":        {KindTruncated, m0.g.FileSize(899), func(m *maker) { m.b = m.b[:m.g.FileSize(899)] }},
		"truncated bits":   {KindTruncated, m0.g.BitsOff + 4096, func(m *maker) { m.b = m.b[:m.g.BitsOff+4096] }},
		"truncated states": {KindTruncated, m0.g.StatesOff, func(m *maker) { m.b = m.b[:m.g.StatesOff] }},
		"truncated header": {KindTruncated, 0, func(m *maker) { m.b = m.b[:layout.HeaderSize-1] }},
		"empty":            {KindMagic, 0, func(m *maker) { m.b = nil }},

		"user state":      {KindUser, m0.userAt(4), func(m *maker) { m.user(4, 4, 1) }},
		"user word":       {KindUser, m0.userAt(1), func(m *maker) { m.w[m.userAt(1)/8] |= 1 << 20 }},
		"user generation": {KindUser, m0.userAt(4), func(m *maker) { m.user(4, layout.UserLive, 0) }},
		"reserved user":   {KindReserved, m0.userAt(8) + 0x38, func(m *maker) { m.put(m.userAt(8)+0x38, 5) }},
		"no page":         {KindCommitted, offCommitted, func(m *maker) { m.put(offCommitted, 0) }},
		"lane":            {KindLane, m0.g.LanesOff + 64, func(m *maker) { m.put(m.g.LanesOff+64, layout.LaneOp(layout.LaneDrop+1, 5)) }},
		"lane of nobody":  {KindLane, m0.g.LanesOff + 8*64, func(m *maker) { m.put(m.g.LanesOff+8*64, layout.LaneOp(layout.LaneFree, 5)) }},
		"reserved region": {KindReserved, m0.lockAt(1) + 4, func(m *maker) { m.put(m.lockAt(1), 1<<32) }},
		"reserved hints":  {KindReserved, m0.lockAt(3) + 0x60, func(m *maker) { m.put(m.lockAt(3)+0x60, 1) }},
		"reserved bits":   {KindReserved, m0.bitsAt(pageBare) + 0x38, func(m *maker) { m.put(m.bitsAt(pageBare)+0x38, 1) }},
		"lock of nobody":  {KindLock, m0.lockAt(2), func(m *maker) { m.put(m.lockAt(2), uint64(layout.LockWord(9, 1))) }},
		"lock of slot 0":  {KindLock, m0.lockAt(2), func(m *maker) { m.put(m.lockAt(2), uint64(layout.LockWaiters)) }},
		"lock of free":    {KindLock, m0.lockAt(0), func(m *maker) { m.put(m.lockAt(0), uint64(layout.LockWord(3, 9))) }},

		"lost to back":     {KindLost, m0.stateAt(pageKept), func(m *maker) { m.state(pageKept, layout.BackTo(1)) }},
		"lost to cont":     {KindLost, m0.stateAt(pageLarge), func(m *maker) { m.state(pageLarge, layout.ContOf(1, 1)) }},
		"lost to nonsense": {KindLost, m0.stateAt(pageLarge), func(m *maker) { m.state(pageLarge, ^layout.State(0)) }},
		"lost to flags":    {KindLost, m0.stateAt(pageLarge), func(m *maker) { m.state(pageLarge, layout.Owned) }},
		"short run":        {KindStale, m0.stateAt(pageLarge + 5), func(m *maker) { m.state(pageLarge, layout.LargeRun(4, 1, 7)); m.state(pageLarge+5, layout.FreeRun(3)) }},
		"head gone":        {KindOverlap, m0.stateAt(pagePending), func(m *maker) { m.state(pageLarge, 0) }},
		"overlap":          {KindOverlap, m0.stateAt(pagePending), func(m *maker) { m.state(pageLarge, layout.LargeRun(6, 1, 7)) }},
		"overlap locked": {KindOverlap, m0.stateAt(pagePending), func(m *maker) {
			m.put(m.lockAt(0), uint64(layout.LockWord(1, 7)))
			m.state(pageLarge, layout.LargeRun(6, 1, 7))
		}},
		"overlap free":   {KindOverlap, m0.stateAt(pageOrphan), func(m *maker) { m.state(pageBare+1, layout.FreeRun(pageOrphan-pageBare)) }},
		"overlap region": {KindOverlap, across, func(m *maker) { m.state(256, layout.LargeRun(256, 0, 0)) }},
		"no pages":       {KindLength, m0.stateAt(pageKept), func(m *maker) { m.state(pageKept, layout.LargeRun(0, 0, 0)) }},
		"too far":        {KindLength, m0.stateAt(pageLast), func(m *maker) { m.state(pageLast, layout.LargeRun(samplePages-pageLast+1, 0, 0)) }},
		"endless":        {KindLength, m0.stateAt(pageLast), func(m *maker) { m.state(pageLast, layout.PendingRun(1<<28-1)) }},
		"free too far":   {KindLength, m0.stateAt(pageEnd), func(m *maker) { m.state(pageEnd, layout.FreeRun(pageCont-pageEnd+1)) }},
		"free beyond":    {KindLength, m0.stateAt(pageLast + 1), func(m *maker) { m.state(pageLast+1, layout.FreeRun(samplePages-pageLast)) }},
		"span too far": {KindLength, m0.stateAt(pageCont - 1), func(m *maker) {
			m.state(pageEnd, layout.FreeRun(67))
			m.state(767, layout.OwnedSpan(wide(), 0, 1, 7, 0))
		}},
		"free word":    {KindReserved, m0.stateAt(pageEnd), func(m *maker) { m.w[m.stateAt(pageEnd)/8] |= 1 << 40 }},
		"pending word": {KindReserved, m0.stateAt(pagePending), func(m *maker) { m.w[m.stateAt(pagePending)/8] |= 1 << 5 }},
		"large word":   {KindReserved, m0.stateAt(pageLarge), func(m *maker) { m.w[m.stateAt(pageLarge)/8] |= uint64(layout.Owned) }},

		"class":           {KindClass, m0.stateAt(pageOwned), func(m *maker) { m.state(pageOwned, layout.OwnedSpan(layout.Classes, 0, 1, 7, 0)) }},
		"span of nobody":  {KindOwner, m0.stateAt(pageOwned), func(m *maker) { m.state(pageOwned, layout.OwnedSpan(0, 0, 9, 7, 0)) }},
		"span of slot 0":  {KindOwner, m0.stateAt(pageOwned), func(m *maker) { m.state(pageOwned, layout.OwnedSpan(0, 0, 0, 7, 0)) }},
		"span of free":    {KindOwner, m0.stateAt(pageOwned), func(m *maker) { m.state(pageOwned, layout.OwnedSpan(0, 0, 3, 9, 0)) }},
		"span of past":    {KindOwner, m0.stateAt(pageOwned), func(m *maker) { m.state(pageOwned, layout.OwnedSpan(0, 0, 1, 6, 0)) }},
		"left by nobody":  {KindOwner, m0.stateAt(pageBare), func(m *maker) { m.state(pageBare, layout.OwnedSpan(1, 0, 9, 6, 0).Disowned()) }},
		"large of nobody": {KindOwner, m0.stateAt(pageLarge), func(m *maker) { m.state(pageLarge, layout.LargeRun(5, 9, 7)) }},
		"large of free":   {KindOwner, m0.stateAt(pageLarge), func(m *maker) { m.state(pageLarge, layout.LargeRun(5, 3, 9)) }},
		"large of past":   {KindOwner, m0.stateAt(pageLarge), func(m *maker) { m.state(pageLarge, layout.LargeRun(5, 1, 6)) }},
		"orphan of none":  {KindOwner, m0.stateAt(pageOrphan), func(m *maker) { m.state(pageOrphan, layout.LargeRun(2, 0, 0)|layout.Orphaned) }},

		"bits A":   {KindBits, m0.bitsAt(pageWide) + 0x60, func(m *maker) { m.put(m.bitsAt(pageWide)+0x60, 1<<63) }},
		"bits R":   {KindBits, m0.bitsAt(pageWide) + 0x68, func(m *maker) { m.put(m.bitsAt(pageWide)+0x68, 1<<63) }},
		"bits K":   {KindBits, m0.bitsAt(pageWide) + 0x70, func(m *maker) { m.put(m.bitsAt(pageWide)+0x70, 1<<63) }},
		"kept":     {KindOrphan, m0.bitsAt(pageLeft) + layout.BitsK, func(m *maker) { m.put(m.bitsAt(pageLeft)+layout.BitsK, 1<<6) }},
		"orphaned": {KindOrphan, m0.stateAt(pageLeft), func(m *maker) { m.w[m.stateAt(pageLeft)/8] |= uint64(layout.Orphaned) }},

		"tenant of none":         {KindOwner, m0.tenantsAt(pageLeft) + offEntries + 8, func(m *maker) { m.tenants(pageLeft, 0o41211, 0, 0, layout.LockWord(9, 1)) }},
		"tenant of slot 0":       {KindOwner, m0.tenantsAt(pageLeft) + offEntries + 4, func(m *maker) { m.tenants(pageLeft, 0o41211, 0, layout.LockWord(0, 1)) }},
		"tenant alive":           {KindOwner, m0.tenantsAt(pageLeft) + offEntries + 12, func(m *maker) { m.tenants(pageLeft, 0o41211, 0, 0, 0, layout.TenantDead) }},
		"tenant of a free block": {KindOwner, m0.tenantsAt(pageLeft), func(m *maker) { m.tenants(pageLeft, 0o1041211) }},
		"tenants' padding":       {KindReserved, m0.tenantsAt(pageLeft) + 0x60, func(m *maker) { m.put(m.tenantsAt(pageLeft)+0x60, 1) }},

		"back gone":       {KindBack, m0.stateAt(pageWide + 1), func(m *maker) { m.state(pageWide+1, 0) }},
		"back too far":    {KindBack, m0.stateAt(pageWide + 2), func(m *maker) { m.state(pageWide+2, layout.BackTo(1)) }},
		"back to head":    {KindBack, m0.stateAt(pageWide + 1), func(m *maker) { m.state(pageWide+1, layout.FreeRun(1)) }},
		"cont gone":       {KindCont, across, func(m *maker) { m.state(256, 0) }},
		"cont distance":   {KindCont, across, func(m *maker) { m.state(256, layout.ContOf(57, 256)) }},
		"cont pages":      {KindCont, m0.stateAt(512), func(m *maker) { m.state(512, layout.ContOf(512-pageAcross, 1)) }},
		"cont of nothing": {KindCont, m0.stateAt(pageCont), func(m *maker) { m.state(pageCont, layout.ContOf(0, 20)) }},
		"cont below":      {KindCont, m0.stateAt(pageCont), func(m *maker) { m.state(pageCont, layout.ContOf(769, 20)) }},
		"cont empty":      {KindCont, m0.stateAt(pageCont), func(m *maker) { m.state(pageCont, layout.ContOf(10, 0)) }},
		"cont too long":   {KindCont, m0.stateAt(pageCont), func(m *maker) { m.state(pageCont, layout.ContOf(10, 257)) }},
		"cont beyond":     {KindLength, m0.stateAt(pageCont), func(m *maker) { m.state(pageCont, layout.ContOf(10, 200)) }},
		"cont to inside":  {KindCont, m0.stateAt(pageCont), func(m *maker) { m.state(758, layout.LargeRun(20, 0, 0)) }},

		"stale free":    {KindStale, m0.stateAt(pageKept + 3), func(m *maker) { m.state(pageKept+3, layout.FreeRun(1)) }},
		"stale back":    {KindStale, m0.stateAt(pageLarge + 1), func(m *maker) { m.state(pageLarge+1, layout.BackTo(1)) }},
		"stale cont":    {KindStale, m0.stateAt(pageEnd + 1), func(m *maker) { m.state(pageEnd+1, layout.ContOf(1, 1)) }},
		"stale virgin":  {KindStale, m0.stateAt(pageLast + 50), func(m *maker) { m.state(pageLast+50, layout.FreeRun(1)) }},
		"stale pending": {KindStale, m0.stateAt(pageWas + 1), func(m *maker) { m.state(pageWas+1, layout.BackTo(2)) }},
		"stale beyond":  {KindStale, m0.stateAt(samplePages), func(m *maker) { m.state(samplePages, layout.LargeRun(1, 0, 0)) }},
	} {
		t.Run(name, func(t *testing.T) {
			m := sample(t)
			d.plant(m)
			r := m.check()
			all := []string{}
			for _, f := range r.Findings {
				if f.Kind == d.kind && f.Offset == d.off {
					return
				}
				all = append(all, f.Kind+" "+f.Detail)
			}
			t.Errorf("no %s at %#x, but %q", d.kind, d.off, strings.Join(all, "; "))
		})
	}
}

// m0 is the sample's geometry, for offsets.
var m0 = func() *maker {
	g, err := layout.Plan(4<<20, 8)
	if err != nil {
		panic(err)
	}
	return &maker{g: g}
}()

// seal makes the header's checksum right again.
func (m *maker) seal() {
	h := layout.HeaderOf(m.b)
	h.Checksum = h.Sum()
}

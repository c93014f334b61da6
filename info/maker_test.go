package info

import (
	"testing"
	"unsafe"

	"usarena/internal/layout"
)

// maker writes images by hand, word by word, so that the checker is judged by
// the format and not by the allocator.
type maker struct {
	g layout.Geometry
	b []byte
	w []uint64
}

// aligned memory, as a mapping would be.
func aligned(n uint64) []byte {
	b := make([]byte, n+layout.PageSize)
	skew := uintptr(unsafe.Pointer(&b[0])) % layout.PageSize
	return b[layout.PageSize-skew:][:n]
}

// newMaker is an arena of at most size bytes, of which pages are committed, all
// virgin. The image ends where the data begins plus what is committed.
func newMaker(t testing.TB, size, users, pages uint64) *maker {
	t.Helper()
	g, err := layout.Plan(size, users)
	if err != nil {
		t.Fatal(err)
	}
	b := aligned(g.FileSize(pages))
	h := layout.HeaderOf(b)
	h.MaxSize, h.Users = size, uint32(users)
	h.Size = g.MetaBytes(pages) + pages<<layout.PageShift
	h.Place(&g)
	m := &maker{g, b, wordsOf(b)}
	m.put(offCommitted, pages)
	return m
}

func (m *maker) put(off, word uint64)              { m.w[off/8] = word }
func (m *maker) state(page uint64, s layout.State) { m.put(m.stateAt(page), uint64(s)) }
func (m *maker) stateAt(page uint64) uint64        { return m.g.StatesOff + page*layout.StateSize }
func (m *maker) bitsAt(page uint64) uint64         { return m.g.BitsOff + page*layout.BitsSize }
func (m *maker) userAt(slot int) uint64 {
	return m.g.UsersOff + uint64(slot-1)*layout.UserSize
}
func (m *maker) lockAt(region uint64) uint64 { return m.g.RegionsOff + region*layout.RegionSize }

func (m *maker) user(slot, state int, gen uint16) {
	m.put(m.userAt(slot), layout.UserWord(state, gen))
}

// span makes a span with the first word of A, R and K set.
func (m *maker) span(page uint64, s layout.State, a, r, k uint64) uint64 {
	n := uint64(layout.ClassTable[s.Class()].Pages)
	for i := uint64(1); i < n; i++ {
		m.state(page+i, layout.BackTo(i))
	}
	m.state(page, s)
	m.put(m.bitsAt(page), a)
	m.put(m.bitsAt(page)+layout.BitsR, r)
	m.put(m.bitsAt(page)+layout.BitsK, k)
	return page + n
}

// tenants makes the record of a tagged span: the indices of its first 21 blocks,
// 3 bits each, and the users that they name.
func (m *maker) tenants(page, index uint64, who ...uint32) {
	at := m.tenantsAt(page)
	m.put(at, index)
	for i, w := range who {
		m.w[(at+offEntries+uint64(i)*4)/8] |= uint64(w) << ((at + offEntries + uint64(i)*4) % 8 * 8)
	}
}

func (m *maker) tenantsAt(page uint64) uint64 { return m.g.TenantsOff + page*layout.TenantsSize }

// run makes a Large or Pending run with the Cont words it needs.
func (m *maker) run(page uint64, s layout.State) uint64 {
	rp, n := m.g.RegionPages(), s.Len()
	for at := (page + rp) &^ (rp - 1); at < page+n; at += rp {
		m.state(at, layout.ContOf(at-page, min(rp, page+n-at)))
	}
	m.state(page, s)
	return page + n
}

// Where the sample's runs begin.
const (
	pageOwned   = 0   // span of 16-byte blocks, owned by slot 1
	pageWide    = 1   // span of several pages, owned by slot 1
	pageLarge   = 40  // 5 pages of slot 1
	pagePending = 45  // 3 pages
	pageWas     = 48  // pending, was a span of several pages
	pageLeft    = 60  // disowned span with orphans, a kept one and others' blocks
	pageBare    = 61  // disowned span
	pageOrphan  = 70  // large, orphaned
	pageKept    = 72  // large, nobody's
	pageAcross  = 200 // large, from region 0 into region 2
	pageOver    = 600 // ends pageAcross
	pageEnd     = 700 // Free up to the end of region 2
	pageCont    = 768 // region 3 begins with what a freed block left: 20 pages
	pageLast    = 788 // Large, then virgin up to samplePages
	samplePages = 900
)

// wide is the first class whose spans have several pages.
func wide() int {
	for i, c := range layout.ClassTable {
		if c.Pages > 2 {
			return i
		}
	}
	panic("no class has spans of several pages")
}

// sample is a sound arena that has one of everything.
func sample(t testing.TB) *maker {
	t.Helper()
	m := newMaker(t, 4<<20, 8, samplePages)
	m.user(1, layout.UserLive, 7)
	m.user(2, layout.UserLeaving, 3)
	m.user(3, layout.UserFree, 9)

	m.span(pageOwned, layout.OwnedSpan(0, 2, 1, 7, 5), 0b111, 0b010, 0)
	at := m.span(pageWide, layout.OwnedSpan(wide(), 0, 1, 7, 1), 1, 0, 0)
	m.state(at, layout.FreeRun(pageLarge-at))
	m.run(pageLarge, layout.LargeRun(5, 1, 7))
	m.run(pagePending, layout.PendingRun(3))
	n := m.span(pageWas, layout.OwnedSpan(wide(), 0, 1, 7, 1), 0, 0, 0) - pageWas
	m.state(pageWas, layout.PendingRun(n))
	m.state(pageWas+n, layout.FreeRun(pageLeft-pageWas-n))
	m.span(pageLeft, layout.OwnedSpan(1, 0, 4, 2, 9).Disowned()|layout.Tagged, 0b11111, 0, 0b01000)
	m.tenants(pageLeft, 0o41211, layout.LockWord(4, 2)|layout.TenantDead, layout.TenantNobody, 0, layout.LockWord(1, 7))
	m.span(pageBare, layout.OwnedSpan(1, 0, 4, 2, 9).Disowned()|layout.Room, 0b1, 0, 0)
	m.state(pageBare+1, layout.FreeRun(pageOrphan-pageBare-1))
	m.run(pageOrphan, layout.LargeRun(2, 5, 1)|layout.Orphaned)
	m.run(pageKept, layout.LargeRun(1, 0, 0))
	m.state(pageKept+1, layout.FreeRun(pageAcross-pageKept-1))
	m.run(pageAcross, layout.LargeRun(pageOver-pageAcross, 2, 3))
	m.run(pageOver, layout.LargeRun(pageEnd-pageOver, 0, 0))
	m.state(pageEnd, layout.FreeRun(pageCont-pageEnd))
	m.state(pageCont, layout.ContOf(10, 20)) // page 758 is inside a free run
	m.run(pageLast, layout.LargeRun(1, 0, 0))
	return m
}

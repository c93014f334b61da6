package info

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"usarena/internal/layout"
	"usarena/internal/region"
)

// readAll calls everything that reads an image. None of it may panic or hang,
// and what it counts must stay within the arena.
func readAll(t testing.TB, b []byte) Report {
	r := CheckImage(b)
	if len(r.Findings) > listed+1 || r.Clean != (len(r.Findings) == 0) {
		t.Fatalf("clean %v, %d findings", r.Clean, len(r.Findings))
	}
	m, err := newImage(b, "hostile", &findings{})
	if err != nil {
		return r
	}
	end := m.dataOff(m.pages)
	last := uint64(0)
	if err := m.blocks(func(x Block) bool {
		if x.Offset <= last || x.Offset < m.geo.DataOff || x.Size == 0 || x.Size > end-x.Offset {
			t.Fatalf("block %+v after %#x in an arena that ends at %#x", x, last, end)
		}
		last = x.Offset
		return true
	}); err != nil {
		t.Fatal(err)
	}
	if s := m.stats(nil); s.LiveBytes+s.FreeBytes > m.pages<<layout.PageShift {
		t.Fatalf("live %d + free %d in %d pages", s.LiveBytes, s.FreeBytes, m.pages)
	}
	m.users(newPeople(m, nil))
	for _, x := range m.objects(newPeople(m, nil)) {
		if x.Kind != setupKind && x.Offset < m.geo.DataOff || x.Bytes > end-x.Offset {
			t.Fatalf("object %+v in an arena that ends at %#x", x, end)
		}
	}
	m.circles(nil)
	return r
}

// tinySample is an arena of 14 pages.
func tinySample(t testing.TB) *maker {
	m := newMaker(t, 64<<10, 8, 14)
	m.user(1, layout.UserLive, 7)
	at := m.span(0, layout.OwnedSpan(3, 2, 1, 7, 5), 0b111, 0b010, 0)
	at = m.span(at, layout.OwnedSpan(5, 2, 1, 7, 5).Disowned()|layout.Tagged, 0b111, 0b010, 1)
	at = m.run(at, layout.LargeRun(3, 1, 7))
	at = m.run(at, layout.PendingRun(2))
	m.state(at, layout.FreeRun(1))
	return m
}

// TestEveryBit flips each bit of the metadata of a small arena. A flip in a word
// of truth that leads nowhere must be found; all must be survived.
func TestEveryBit(t *testing.T) {
	m := tinySample(t)
	wantClean(t, m.check())
	foundConst, foundState := 0, 0
	for i := range int(m.g.GuardOff) {
		for bit := range 8 {
			m.b[i] ^= 1 << bit
			clean := readAll(t, m.b).Clean
			switch at := uint64(i); {
			case at < layout.ConstSize && !clean:
				foundConst++
			case at >= m.g.StatesOff && at < m.g.BitsOff && !clean:
				foundState++
			}
			m.b[i] ^= 1 << bit
		}
	}
	if foundConst != layout.ConstSize*8 {
		t.Errorf("%d of %d flips in constants found", foundConst, layout.ConstSize*8)
	}
	if want := 14 * 64 * 3 / 4; foundState < want {
		t.Errorf("%d flips in states found, at least %d should be", foundState, want)
	}
}

// TestNonsense fills states, bits and users with words that look plausible.
func TestNonsense(t *testing.T) {
	for _, seed := range []uint64{rand.Uint64(), 4539434508396178277} { // the second once showed a block beyond the end
		t.Logf("seed %d", seed)
		nonsense(t, rand.New(rand.NewPCG(seed, 1)))
	}
}

func nonsense(t *testing.T, rnd *rand.Rand) {
	for range 300 {
		m := sample(t)
		if rnd.IntN(2) == 0 {
			m = tinySample(t)
		}
		spoil(rnd, m, 1+rnd.IntN(200))
		readAll(t, m.b[:rnd.IntN(len(m.b)+1)])
		readAll(t, m.b)
		r, err := region.Over(m.b, m.g, "nonsense")
		if err != nil {
			t.Fatal(err)
		}
		CheckRegion(r, false, nil)
		for b := range BlocksOf(r) {
			if r.Pointer(b.Offset, b.Size) == nil {
				t.Fatalf("%+v", b)
			}
		}
		d := dumper{m: overRegion(r), out: bufio.NewWriter(io.Discard)}
		d.people = newPeople(d.m, nil)
		d.header("memory", true)
		d.users()
		d.runs()
	}
}

func spoil(rnd *rand.Rand, m *maker, n int) {
	pages := m.g.PagesFor(uint64(len(m.b)))
	for range n {
		page, k := rnd.Uint64N(m.g.MaxPages), rnd.Uint64N(2*m.g.MaxPages)
		word := []layout.State{
			0, layout.FreeRun(k), layout.PendingRun(k), layout.LargeRun(k, rnd.IntN(10), uint16(rnd.IntN(9))),
			layout.OwnedSpan(rnd.IntN(128), 0, rnd.IntN(10), 7, 0), layout.BackTo(k), layout.ContOf(k, rnd.Uint64N(400)),
			layout.State(rnd.Uint64()),
		}[rnd.IntN(8)]
		switch rnd.IntN(10) {
		case 0:
			m.put(m.bitsAt(page)+rnd.Uint64N(16)*8, rnd.Uint64())
		case 1:
			m.put(m.userAt(1+rnd.IntN(8)), rnd.Uint64())
		case 2:
			m.put(offCommitted, pages+rnd.Uint64N(100)-50)
		case 3:
			m.put(m.lockAt(rnd.Uint64N(m.g.Regions)), rnd.Uint64())
		default:
			m.state(page, word)
		}
	}
}

// TestManyFindings fills an arena of many pages with damage: the report stays
// short and says so.
func TestManyFindings(t *testing.T) {
	m := newMaker(t, 256<<20, 8, 50000)
	for page := range uint64(50000) {
		m.state(page, layout.BackTo(page+1))
		if page%2 == 0 {
			m.state(page, layout.LargeRun(1, 9, 9))
		}
	}
	r := m.check()
	if n := len(r.Findings); n != listed+1 || r.Findings[n-1].Kind != KindMore {
		t.Errorf("%d findings, the last %+v", n, r.Findings[n-1])
	}
	want := fmt.Sprintf("%d more", 50000-listed)
	if got := r.Findings[listed].Detail; len(got) < len(want) || got[:len(want)] != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestMillionPages checks runs of one page each; extents and looks must not
// grow with their square.
func TestMillionPages(t *testing.T) {
	if testing.Short() {
		t.Skip("needs 200 MB")
	}
	const pages = 1 << 20
	g, err := layout.Plan(6<<30, 8)
	if err != nil {
		t.Fatal(err)
	}
	m := &image{name: "million", geo: g, front: make([]uint64, g.StatesOff/8), states: make([]uint64, pages), bits: make([]uint64, pages*16)}
	m.front[offCommitted/8] = pages
	for i := range m.states {
		m.states[i] = uint64(layout.LargeRun(1, 0, 0))
	}
	m.limit()
	var log findings
	m.look(&log)
	wantClean(t, log.report(false))
	for i := range m.states { // every region one block of the next
		m.states[i] = 0
	}
	m.states[0] = uint64(layout.LargeRun(pages, 0, 0))
	for at := g.RegionPages(); at < pages; at += g.RegionPages() {
		m.states[at] = uint64(layout.ContOf(at, g.RegionPages()))
	}
	m.look(&log)
	wantClean(t, log.report(false))
}

func FuzzCheckImage(f *testing.F) {
	f.Add(tinySample(f).b[:12<<10])
	f.Add(tinyObjects(f).b)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) { readAll(t, b) })
}

// FuzzWords changes words of small arenas whose headers stay right.
func FuzzWords(f *testing.F) {
	f.Add(uint16(0x200/8), uint64(13), uint16(464), uint64(layout.FreeRun(3)))
	f.Add(uint16(0x3000/8), uint64(layout.MakeHead(layout.HistoryObject, 2, 0, 0, 1)), uint16(0x200/8), uint64(1))
	f.Fuzz(func(t *testing.T, at uint16, word uint64, at2 uint16, word2 uint64) {
		for _, m := range []*maker{tinySample(t), tinyObjects(t)} {
			words := (m.g.DataOff + layout.PageSize) / 8
			m.put(uint64(at)%words*8, word)
			m.put(uint64(at2)%words*8, word2)
			readAll(t, m.b)
			m.seal()
			readAll(t, m.b)
		}
	})
}

package info

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"usarena/internal/layout"
	"usarena/internal/region"
)

// TestObjectAccounting: objects are live bytes, room for more is free, and no
// block of anybody.
func TestObjectAccounting(t *testing.T) {
	m := objectSample(t)
	r, err := region.Over(m.b, m.g, "sample")
	if err != nil {
		t.Fatal(err)
	}
	s := StatsOf(r)
	const live = 6*64 + 4*128 + 2*256 + 8192 // what is being made counts as free
	if s.LiveBytes != live || s.LiveBytes+s.FreeBytes != objectPages<<layout.PageShift {
		t.Errorf("live %d, want %d; with free %d", s.LiveBytes, live, s.LiveBytes+s.FreeBytes)
	}
	if s.LargestFree != (objectPages-pageRing-2)<<layout.PageShift {
		t.Errorf("largest free stretch is %d pages", s.LargestFree/layout.PageSize)
	}
	want := []KindStats{
		{Kind: "lock", Number: 6, Bytes: 5*64 + 128, Held: 3, Waiters: 3, Metered: 1, Tries: 30, Hits: 20, Spins: 10},
		{Kind: "sema", Number: 2, Bytes: 128 + 256, Metered: 1, Tries: 11, Hits: 10},
		{Kind: "pollsema", Number: 1, Bytes: 256, Held: 1, Waiters: 1},
		{Kind: "barrier", Number: 1, Bytes: 128, Held: 1, Waiters: 2},
		{Kind: "rwlock", Number: 1, Bytes: 128, Held: 1},
		{Kind: "condition", Number: 1, Bytes: 64},
		{Kind: "history", Number: 1, Bytes: 8192},
	}
	if !reflect.DeepEqual(s.Objects, want) {
		t.Errorf("\n got %+v\nwant %+v", s.Objects, want)
	}
	name := m.file(t)
	if from, err := Stat(name); err != nil || from.LiveBytes != live || len(from.Objects) != len(want) {
		t.Errorf("%+v, %v", from, err)
	}
	for b := range BlocksOf(r) {
		t.Errorf("%+v", b)
	}
	for b, err := range Walk(name) {
		t.Errorf("%+v, %v", b, err)
	}
	m.freeObjects()
	wantClean(t, m.check())
	if s := StatsOf(r); s.LiveBytes != 0 || s.FreeBytes != objectPages<<layout.PageShift || len(s.Objects) != 0 {
		t.Errorf("after all are freed: %+v", s)
	}
	m.state(pageUnits, layout.ObjectRun(1, 40))
	if s := StatsOf(r); s.LiveBytes != 0 || s.FreeBytes != (objectPages-1)<<layout.PageShift {
		t.Errorf("a run that is damaged: %+v", s)
	}
}

// freeObjects frees all objects of the sample; the runs stay.
func (m *maker) freeObjects() {
	clear(m.w[m.g.DataOff/8:])
	m.put(offHistory, 0)
}

func TestDumpShowsObjects(t *testing.T) {
	m := objectSample(t)
	m.state(pageFours, layout.ObjectRun(1, 40))
	var b strings.Builder
	if err := Dump(&b, m.file(t)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"objects       1 pages  class 0, 64 records of 64 bytes\n",
		"objects       2 pages  class 7, 1 records of 8192 bytes\n",
		fmt.Sprintf("    lock      %#010x  generation 3, owner died, slot 1\n", m.at(pageUnits, recHeld)), // nobody holds slot 1's byte
		"generation 3, being made, slot 1\n",
		"generation 3, 5 free, starving\n",
		"class 40, 0 records of 0 bytes\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
}

func TestMapShowsObjects(t *testing.T) {
	name := objectSample(t).file(t)
	var text strings.Builder
	if err := Map(&text, name, 100, false); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"◆◆◆░░", "13 objects (locks, semaphores, barriers), 9.4 KiB"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("no %q in\n%s", want, text.String())
		}
	}
	if strings.Contains(text.String(), "large blocks,") {
		t.Errorf("objects are no large blocks:\n%s", text.String())
	}
	var svg strings.Builder
	if err := MapSVG(&svg, name); err != nil {
		t.Fatal(err)
	}
	for d := xml.NewDecoder(strings.NewReader(svg.String())); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{"objects, 1 page, records of 64 B, 6 of 64 live", "objects 9.4 KiB", ">locks<"} {
		if !strings.Contains(svg.String(), want) {
			t.Errorf("no %q in the SVG file", want)
		}
	}
}

// TestEveryObjectBit flips each bit of the records of a small arena. Flips in
// heads must be found; all must be survived.
func TestEveryObjectBit(t *testing.T) {
	m := tinyObjects(t)
	wantClean(t, m.check())
	foundHead := 0
	for i := m.g.DataOff; i < m.g.DataOff+9*256; i++ {
		for bit := range 8 {
			m.b[i] ^= 1 << bit
			if !readAll(t, m.b).Clean && i%256 < 4 {
				foundHead++
			}
			m.b[i] ^= 1 << bit
		}
	}
	if want := 9 * 32 * 3 / 4; foundHead < want {
		t.Errorf("%d flips in heads found, at least %d should be", foundHead, want)
	}
}

// tinyObjects is an arena of 14 pages with one object of each kind, and a free
// record.
func tinyObjects(t testing.TB) *maker {
	m := newMaker(t, 64<<10, 8, 14)
	m.user(1, layout.UserLive, 7)
	m.state(0, layout.ObjectRun(1, 2))
	m.link(0)
	i := uint64(0)
	add := func(k layout.ObjectKind, options uint64) uint64 {
		off := m.g.DataOff + i*256
		m.put(off, uint64(layout.MakeHead(k, layout.ObjectLive, options, 0, 1)))
		i++
		return off
	}
	m.half(add(layout.LockObject, layout.OptionMeter)+offLock, layout.LockWord(1, 7))
	m.put(add(layout.SemaObject, layout.OptionUndo)+slotAt(1), 1)
	m.put(add(layout.PollSemaObject, 0)+slotAt(1), layout.PollQueued)
	m.bitsOf(add(layout.BarrierObject, 0), 1)
	m.bitsOf(add(layout.RWLockObject, 0), 1)
	add(layout.ConditionObject, 0)
	m.put(offHistory, m.g.DataOff+i*256)
	m.put(add(layout.HistoryObject, 0)+offWord, 3)
	m.put(m.g.DataOff+i*256, uint64(layout.MakeHead(layout.SemaObject, layout.ObjectMaking, 0, 1, 3)))
	m.waits(1, 0, m.g.DataOff, 1, layout.Waiting)
	return m
}

// TestObjectNonsense fills records and ledgers with words that look plausible.
func TestObjectNonsense(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 1))
	for range 300 {
		m := objectSample(t)
		for range 1 + rnd.IntN(100) {
			page := []uint64{pageUnits, pagePairs, pageFours, pageRing, rnd.Uint64N(objectPages)}[rnd.IntN(5)]
			word := []uint64{
				rnd.Uint64(), 1 << rnd.IntN(64), uint64(rnd.IntN(70)),
				uint64(layout.MakeHead(layout.ObjectKind(rnd.IntN(9)), rnd.IntN(4), rnd.Uint64N(16), rnd.IntN(10), 3)),
				layout.WaitWord(m.at(pageUnits, rnd.Uint64N(10)), rnd.IntN(1<<17), uint8(rnd.IntN(16))),
				uint64(layout.LockWord(rnd.IntN(10), uint16(rnd.IntN(9)))),
			}[rnd.IntN(6)]
			switch rnd.IntN(6) {
			case 0:
				m.state(page, layout.ObjectRun(rnd.Uint64N(4), rnd.IntN(24)))
			case 1:
				m.put(m.g.LedgersOff+rnd.Uint64N(8*16)*8, word)
			case 2:
				m.put([]uint64{offObjects, offHistory, m.bitsAt(page) + offHint}[rnd.IntN(3)], []uint64{word, page + 1, m.at(pageUnits, 0)}[rnd.IntN(3)])
			default:
				m.put(m.g.DataOff+page<<layout.PageShift+rnd.Uint64N(64)*64+rnd.Uint64N(8)*8, word)
			}
		}
		readAll(t, m.b[:rnd.IntN(len(m.b)+1)])
		readAll(t, m.b)
	}
}

package info

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"usarena/internal/errs"
	"usarena/internal/layout"
	"usarena/internal/region"
)

// dead is an oracle of dead slots.
type dead map[int]bool

func (d dead) Dead(slot int) bool { return d[slot] }

// seen are the objects of a mapped arena, by their offsets.
func (m *maker) seen(t *testing.T, o mourner) map[uint64]Object {
	t.Helper()
	r, err := region.Over(m.b, m.g, "sample")
	if err != nil {
		t.Fatal(err)
	}
	all := map[uint64]Object{}
	last := uint64(0)
	for _, x := range ObjectsOf(r, o) {
		if x.Offset <= last {
			t.Errorf("%#x after %#x", x.Offset, last)
		}
		last = x.Offset
		all[x.Offset] = x
	}
	return all
}

func TestObjects(t *testing.T) {
	m := objectSample(t)
	all := m.seen(t, nil)
	user1 := Holder{Slot: 1, Gen: gen1, Pid: 4711}
	user2 := Holder{Slot: 2, Gen: gen2, Pid: 4712}
	user4 := Holder{Slot: 4, Gen: gen4, Dead: true}
	none := []Holder{}
	for off, want := range map[uint64]Object{
		m.at(pageUnits, recFree): {Kind: "lock", State: ObjectFree},
		m.at(pageUnits, recHeld): {Kind: "lock", State: ObjectHeld, Owner: 1, Holder: &user1, Waiters: 3,
			Waiting: []Waiter{{Slot: 2, Pid: 4712, Goroutines: 3}}},
		m.at(pageUnits, recDied):      {Kind: "lock", State: ObjectDied},
		m.at(pageUnits, recLost):      {Kind: "lock", State: ObjectLost},
		m.at(pageUnits, recKept):      {Kind: "lock", State: ObjectHeld, Owner: 3, Holder: &Holder{Slot: 3, Gen: 1, Dead: true}, Options: []string{"kept"}},
		m.at(pageUnits, recCondition): {Kind: "condition", State: ObjectIdle},
		m.at(pageUnits, recMaking):    {Kind: "lock", State: ObjectMaking, Owner: 1, Holder: &user1},
		m.at(pagePairs, recSema): {Kind: "sema", State: "5 free, starving", Value: 5, Options: []string{"counted", "owner noted"}, Tries: 11, Hits: 10,
			Meter: &Meter{PHits: 10, Ps: 11, Vs: 12, VNoWait: 13, NWait: 14, MaxWait: 15}, Uses: &Uses{OwnerPid: 4711, LastPid: 4712, LastPC: 0x1234}},
		m.at(pagePairs, recMeter): {Kind: "lock", State: ObjectDied, Owner: 4, Holder: &user4, Options: []string{"metered", "tell"}, Tries: 30, Hits: 20, Spins: 10,
			Uses: &Uses{}},
		m.at(pagePairs, recRW): {Kind: "rwlock", State: ObjectReading, Readers: []Holder{user1, user2, user4}},
		m.at(pagePairs, recBarrier): {Kind: "barrier", State: "2 arrived", Phase: 12, Arrived: 2, Parties: []Holder{user1, user2}, Waiters: 2,
			Waiting: []Waiter{{Slot: 1, Pid: 4711, Goroutines: 2}}},
		m.at(pageFours, recUndo): {Kind: "sema", State: "1 free", Value: 1, Options: []string{"undo"},
			Takers: []Holder{{Slot: 1, Gen: gen1, Pid: 4711, Units: 2}, {Slot: 4, Gen: gen4, Dead: true, Units: 1}}},
		m.at(pageFours, recPoll): {Kind: "pollsema", State: "0 free", Waiters: 1, Waiting: []Waiter{{Slot: 2, Pid: 4712, Goroutines: 1, How: "queued"}}},
		m.at(pageRing, 0):        {Kind: "history", State: "on", Value: 200},
	} {
		got, ok := all[off]
		if !ok {
			t.Errorf("no %s at %#x", want.Kind, off)
			continue
		}
		delete(all, off)
		want.Offset, want.Generation = off, 3
		want.Bytes = map[bool]uint64{true: 64}[off < m.at(pagePairs, 0)]
		if off >= m.at(pagePairs, 0) {
			want.Bytes = map[bool]uint64{true: 128, false: 256}[off < m.at(pageFours, 0)]
		}
		if off == m.at(pageRing, 0) {
			want.Bytes = 8192
		}
		for _, list := range []*[]Holder{&want.Readers, &want.Takers, &want.Parties} {
			if *list == nil {
				*list = none
			}
		}
		if want.Waiting == nil {
			want.Waiting = []Waiter{}
		}
		if want.Options == nil {
			want.Options = []string{}
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("at %#x\n got %s\nwant %s", off, asText(t, got), asText(t, want))
		}
	}
	for off, x := range all {
		t.Errorf("nothing is at %#x, but %+v", off, x)
	}
}

func asText(t *testing.T, x any) string {
	t.Helper()
	text, err := json.Marshal(x)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestObjectsOfTheDead asks an oracle as well: its dead hold nothing and wait for
// nothing.
func TestObjectsOfTheDead(t *testing.T) {
	m := objectSample(t)
	m.half(m.at(pageUnits, recFree)+offLock, layout.LockWord(2, gen2)|layout.LockInconsistent)
	if x := m.seen(t, nil)[m.at(pageUnits, recFree)]; x.State != ObjectRepair || x.Holder.Dead {
		t.Errorf("%+v, %+v", x, x.Holder)
	}
	all := m.seen(t, dead{2: true})
	if x := all[m.at(pageUnits, recFree)]; x.State != ObjectDied || x.Owner != 2 || !x.Holder.Dead {
		t.Errorf("%+v, %+v", x, x.Holder)
	}
	if x := all[m.at(pageUnits, recHeld)]; x.State != ObjectHeld || x.Waiters != 0 || len(x.Waiting) != 0 {
		t.Errorf("%+v", x)
	}
}

// TestSetup: who makes the first datum holds a lock in the header.
func TestSetup(t *testing.T) {
	m := objectSample(t)
	m.half(layout.SetupOff, layout.LockWord(1, gen1))
	m.waits(2, 7, layout.SetupOff, 2, layout.Waiting)
	m.waits(1, 7, m.at(pageUnits, recHeld), 2, layout.Waiting)
	m.half(m.at(pageUnits, recHeld)+offLock, layout.LockWord(2, gen2))
	x := m.seen(t, nil)[layout.SetupOff]
	if x.Kind != "setup" || x.State != ObjectHeld || x.Owner != 1 || x.Holder.Pid != 4711 || x.Waiters != 2 {
		t.Errorf("%+v", x)
	}
	r, err := region.Over(m.b, m.g, "sample")
	if err != nil {
		t.Fatal(err)
	}
	if u := UsersOf(r, nil); u[0].Holds[0] != "setup 0x340" || u[1].WaitsFor[2] != "setup 0x340 (2 goroutines)" {
		t.Errorf("%q, %q", u[0].Holds, u[1].WaitsFor)
	}
	if list := DeadlocksOf(r, nil); len(list) != 1 || len(list[0].Steps) != 2 {
		t.Errorf("%v", list)
	}
}

func TestObjectsDamaged(t *testing.T) {
	m := objectSample(t)
	m.w[m.at(pageUnits, recFree)/8] |= 1 << 31
	m.half(m.at(pageUnits, recHeld)+offLock, layout.LockWord(12, 1))
	m.put(m.at(pageUnits, recDied), uint64(layout.MakeHead(layout.BarrierObject, layout.ObjectLive, 0, 0, 3)))
	all := m.seen(t, nil)
	for _, i := range []uint64{recFree, recHeld, recDied} {
		if x := all[m.at(pageUnits, i)]; x.State != ObjectDamaged || x.Owner != 0 {
			t.Errorf("%+v", x)
		}
	}
}

// TestObjectsOthers are states that the sample does not show.
func TestObjectsOthers(t *testing.T) {
	m := objectSample(t)
	m.put(m.at(pagePairs, recBarrier)+offWord, uint64(layout.MakeBarrier(3, 0)|layout.BarrierBroken))
	m.half(m.at(pageUnits, recKept)+offLock, layout.LockWord(1, gen1-1))
	m.waits(1, 1, m.at(pageUnits, recCondition), 1, layout.Waiting)
	m.put(offHistOn, 0)
	all := m.seen(t, nil)
	if x := all[m.at(pagePairs, recBarrier)]; x.State != ObjectBroken || x.Arrived != 0 {
		t.Errorf("%+v", x)
	}
	if h := all[m.at(pageUnits, recKept)].Holder; *h != (Holder{Slot: 1, Gen: gen1 - 1, Dead: true}) {
		t.Errorf("%+v", h)
	}
	if x := all[m.at(pageUnits, recCondition)]; x.State != ObjectAwaited {
		t.Errorf("%+v", x)
	}
	if x := all[m.at(pageRing, 0)]; x.State != "off" {
		t.Errorf("%+v", x)
	}
}

// TestUserMemoryIsNoObject: what programs keep in their blocks is their own.
func TestUserMemoryIsNoObject(t *testing.T) {
	m := sample(t)
	for _, page := range []uint64{pageKept, pageLarge, pageOwned, pageBare + 1} {
		m.put(m.g.DataOff+page<<layout.PageShift, uint64(layout.MakeHead(layout.LockObject, layout.ObjectLive, 0, 0, 3)))
	}
	if all := m.seen(t, nil); len(all) != 0 {
		t.Errorf("%+v", all)
	}
}

// TestObjectsFile reads the same from a file, through windows, and asks the
// kernel who lives.
func TestObjectsFile(t *testing.T) {
	m := objectSample(t)
	name := m.file(t)
	hold(t, name, 1)
	hold(t, name, 2)
	got, err := Objects(name)
	if err != nil {
		t.Fatal(err)
	}
	if r, err := region.Over(m.b, m.g, "sample"); err != nil {
		t.Fatal(err)
	} else if want := ObjectsOf(r, nil); !reflect.DeepEqual(got, want) {
		t.Errorf("\n got %s\nwant %s", asText(t, got), asText(t, want))
	}
	text := asText(t, got[0])
	for _, key := range strings.Fields("kind offset owner waiters tries hits spins state value") {
		if !strings.Contains(text, `"`+key+`":`) {
			t.Errorf("%s is not in %s", key, text)
		}
	}
	if _, err := Objects(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

// TestObjectsTruncated cuts a file off in its data: what is left is shown, and
// records that are gone read as free.
func TestObjectsTruncated(t *testing.T) {
	m := objectSample(t)
	name := m.file(t)
	if err := os.Truncate(name, int64(m.at(pageFours, 0))); err != nil {
		t.Fatal(err)
	}
	got, err := Objects(name)
	if err != nil || len(got) != 7+4 {
		t.Errorf("%d objects, %v", len(got), err)
	}
	r, err := Check(name)
	if err != nil || r.Clean || r.Findings[0].Kind != KindTruncated {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestWindowCannotBeMapped: what could not be read is no damage, but an error.
func TestWindowCannotBeMapped(t *testing.T) {
	m := objectSample(t)
	x, err := newImage(m.b, "sample", &findings{})
	if err != nil {
		t.Fatal(err)
	}
	full := errors.New("no room")
	x.fetch = func(off, n uint64) ([]uint64, error) { return nil, full }
	var log findings
	if err := x.guard(func() { x.look(&log) }); !errors.Is(err, full) {
		t.Errorf("%v", err)
	}
}

// TestWindowCutOff: the file is cut off under a look at its objects.
func TestWindowCutOff(t *testing.T) {
	m := objectSample(t)
	name := m.file(t)
	var log findings
	v, err := open(name, &log)
	if err != nil {
		t.Fatal(err)
	}
	defer v.close()
	if err := v.guard(func() { v.image.objects(newPeople(v.image, v)) }); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(name, int64(m.g.DataOff)); err != nil {
		t.Fatal(err)
	}
	err = v.guard(func() { v.image.dataWord(m.at(pageRing, 0)) })
	if !errors.Is(err, errs.Truncated) {
		t.Errorf("%v", err)
	}
}

func TestUsersHoldAndWait(t *testing.T) {
	m := objectSample(t)
	m.put(m.g.LedgersOff+offMore&^7, 2<<32) // of slot 1
	m.waits(2, 5, m.at(pagePairs, recRW), 1, layout.WaitingRead)
	m.waits(2, 6, 0x123440, 2, layout.Waiting)
	r, err := region.Over(m.b, m.g, "sample")
	if err != nil {
		t.Fatal(err)
	}
	users := UsersOf(r, nil)
	if len(users) != 3 || users[2].Slot != 4 || users[2].State != StateDead {
		t.Fatalf("%+v", users)
	}
	hex := func(kind string, off uint64, more string) string { return asName(kind, off) + more }
	for i, want := range []struct{ holds, waits []string }{
		{[]string{hex("lock", m.at(pageUnits, recHeld), ""), hex("rwlock", m.at(pagePairs, recRW), " (reading)"), hex("sema", m.at(pageFours, recUndo), " (2 units)")},
			[]string{hex("barrier", m.at(pagePairs, recBarrier), " (2 goroutines)"), "and 2 waits more"}},
		{[]string{hex("rwlock", m.at(pagePairs, recRW), " (reading)")},
			[]string{hex("lock", m.at(pageUnits, recHeld), " (3 goroutines)"), hex("pollsema", m.at(pageFours, recPoll), " (queued, 1 goroutine)"),
				hex("rwlock", m.at(pagePairs, recRW), " (to read, 1 goroutine)"), "object 0x123440 (2 goroutines)"}},
		{[]string{hex("lock", m.at(pagePairs, recMeter), ""), hex("rwlock", m.at(pagePairs, recRW), " (reading)"), hex("sema", m.at(pageFours, recUndo), " (1 unit)")}, []string{}},
	} {
		if !reflect.DeepEqual(users[i].Holds, want.holds) || !reflect.DeepEqual(users[i].WaitsFor, want.waits) {
			t.Errorf("user %d holds %q, waits for %q\nwant %q and %q", users[i].Slot, users[i].Holds, users[i].WaitsFor, want.holds, want.waits)
		}
	}
	m.half(m.at(pagePairs, recRW)+offLock, layout.LockWord(2, gen2))
	if u := UsersOf(r, nil)[1]; u.Holds[0] != asName("rwlock", m.at(pagePairs, recRW))+" (writing)" {
		t.Errorf("%q", u.Holds)
	}
}

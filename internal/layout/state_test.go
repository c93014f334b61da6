package layout

import (
	"testing"

	"pgregory.net/rapid"
)

// TestStatePacking holds the accessors to the documented bits.
func TestStatePacking(t *testing.T) {
	for _, f := range stateFields {
		for bit := range 64 {
			want := uint64(0)
			if f.low <= bit && bit <= f.high {
				want = 1 << (bit - f.low)
			}
			if got := f.get(State(1) << bit); got != want {
				t.Errorf("%s of a word with bit %d is %#x, want %#x", f.name, bit, got, want)
			}
		}
	}
}

func TestStateRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Uint64Range(0, MaxArena>>PageShift).Draw(t, "pages")
		here := rapid.Uint64Range(0, MaxRegionPages).Draw(t, "here")
		slot := rapid.IntRange(0, MaxUsers).Draw(t, "slot")
		gen := rapid.Uint16().Draw(t, "gen")
		heap := rapid.IntRange(0, MaxProcs-1).Draw(t, "heap")
		class := rapid.IntRange(0, Classes-1).Draw(t, "class")
		seq := rapid.Uint32Range(0, 1<<seqBits-1).Draw(t, "seq")

		check := func(what string, ok bool) {
			if !ok {
				t.Fatalf("%s does not come back", what)
			}
		}
		check("free", FreeRun(n).Kind() == Free && FreeRun(n).Len() == n)
		check("pending", PendingRun(n).Kind() == Pending && PendingRun(n).Len() == n)
		check("back", BackTo(n).Kind() == Back && BackTo(n).Distance() == n)
		c := ContOf(n, here)
		check("cont", c.Kind() == Cont && c.Distance() == n && c.Here() == here)
		l := LargeRun(n, slot, gen)
		check("large", l.Kind() == Large && l.Len() == n && l.Slot() == slot && l.Gen() == gen && l&(Owned|Orphaned|Room) == 0)
		s := OwnedSpan(class, heap, slot, gen, seq)
		check("span", s.Kind() == Span && s.Class() == class && s.Heap() == heap && s.Slot() == slot && s.Gen() == gen && s.Seq() == seq && s&Owned != 0)
		d := s.Disowned()
		check("disowned", d&Owned == 0 && d.Slot() == slot && d.Gen() == gen && d.Class() == class && d.Seq() == seq)
		a := (d | Orphaned | Tagged).AdoptedBy(heap, slot, gen)
		check("adopted", a.Seq() == (seq+1)%(1<<seqBits) && a&Orphaned != 0 && a&Tagged != 0 && a&Owned != 0 && a.Class() == class)
		other := (heap + 1) % MaxProcs
		h := s.ForHeap(other)
		check("heap", h.Heap() == other && h&^(1<<seqShift-1) == s&^(1<<seqShift-1) && h.Class() == class)
		u := UserWord(UserLive, gen)
		check("user", UserState(u) == UserLive && UserGen(u) == gen)
		w := LockWord(slot, gen)
		check("lock", LockSlot(w) == slot && LockGen(w) == gen && w&(LockWaiters|LockInconsistent) == 0)
	})
}

func TestKindNames(t *testing.T) {
	seen := map[string]bool{}
	for k := None; k <= kindsEnd; k++ {
		if seen[k.String()] {
			t.Errorf("two kinds are called %s", k)
		}
		seen[k.String()] = true
	}
	if kindsEnd-1 > Kind(kindMask) {
		t.Errorf("%d kinds do not fit their bits", kindsEnd)
	}
}

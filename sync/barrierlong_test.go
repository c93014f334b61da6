package sync_test

import (
	"testing"

	"usarena/arena/arenatest"
	"usarena/internal/layout"
	"usarena/sync"
)

// Phases are counted modulo their width. A break of long ago is none of a phase
// that comes round, nor does the count itself matter where it wraps.
func TestBarrierAfterManyPhases(t *testing.T) {
	a := arenatest.New(t)
	b := newBarrier(t, a)
	other, err := sync.BarrierAt(second(t, a), b.Offset())
	must(t, err)
	o := object(t, a, b.Offset())
	meet := func() {
		t.Helper()
		got := make(chan error, 2)
		for _, at := range []*sync.Barrier{b, other} {
			go func() { got <- at.Wait(soon(t), 2) }()
		}
		must(t, <-got, <-got)
	}
	later := func(n uint32) {
		o.Word.Store(uint64(layout.MakeBarrier(layout.BarrierWord(o.Word.Load()).Phase()+n, 0)))
	}
	must(t, b.Reset())
	meet()
	later(1<<30 + 5)
	meet()
	later(1 << 30)
	for range 10 {
		meet()
	}
	later(-layout.BarrierWord(o.Word.Load()).Phase() - 3) // three before it wraps
	for range 6 {
		meet()
	}
	if p := layout.BarrierWord(o.Word.Load()).Phase(); p != 3 {
		t.Errorf("phase %d, want 3", p)
	}
	// And a break that is near is told, also across the wrap.
	later(-layout.BarrierWord(o.Word.Load()).Phase() - 1)
	got := make(chan error)
	go func() { got <- b.Wait(soon(t), 2) }()
	for layout.BarrierWord(o.Word.Load()).Count() == 0 {
	}
	must(t, other.Reset())
	want(t, "waiter of the phase that was reset", <-got, sync.ErrBroken)
	meet()
}

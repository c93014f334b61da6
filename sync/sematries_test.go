package sync_test

import (
	"context"
	"testing"
	"time"

	"usarena/arena/arenatest"
	"usarena/internal/layout"
	"usarena/sync"
)

// One that has waited long has units kept for it; when it gives up, or is gone, a
// try gets them all the same.
func TestTryAfterOneGaveUp(t *testing.T) {
	for _, opts := range [][]sync.SemaOption{{}, {sync.Undo}, {sync.Metered}} {
		a := arenatest.New(t)
		s := newSema(t, a, 0, opts...)
		_, err := after(t, s.P)
		want(t, "p", err, context.Canceled)
		if layout.SemaWord(object(t, a, s.Offset()).Word.Load())&layout.SemaStarving == 0 {
			t.Fatal("nothing is kept for one that waited long, and this tests nothing")
		}
		must(t, s.V())
		if got, err := s.TryP(); !got || err != nil {
			t.Errorf("%v: a free unit: %v, %v", opts, got, err)
		}
		if got, err := s.TryP(); got || err != nil {
			t.Errorf("%v: no unit: %v, %v", opts, got, err)
		}
	}
}

// What was taken and given before a semaphore became recursive counts for
// nothing.
func TestRecursiveLater(t *testing.T) {
	a := arenatest.New(t)
	s := newSema(t, a, 1)
	other, err := sync.SemaAt(second(t, a), s.Offset())
	must(t, err, other.P(bg))
	got := make(chan error)
	go func() { got <- s.P(soon(t)) }() // the slow way
	time.Sleep(20 * time.Millisecond)
	must(t, other.V(), <-got, s.V())
	must(t, s.SetRecursive(true), s.P(bg))
	if got, err := other.TryP(); got || err != nil {
		t.Errorf("two have the only unit: %v, %v", got, err)
	}
	must(t, s.P(bg), s.V(), s.V())
	if v, err := s.Value(); v != 1 || err != nil {
		t.Errorf("%d units, %v", v, err)
	}
}

package torture

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"usarena/arena"
	"usarena/internal/worker"
)

func TestMain(m *testing.M) {
	worker.Main()
	os.Exit(m.Run())
}

// becalmed is a storm without processes, in a bout.
func becalmed(t *testing.T) (*storm, *hand) {
	t.Helper()
	l, fd, err := makeLedger()
	if err != nil {
		t.Fatal(err)
	}
	f := os.NewFile(uintptr(fd), "ledger")
	s := &storm{o: Options{Procs: 2, Seed: 1}, l: l, fd: fd, rnd: rand.New(rand.NewPCG(1, 1)), seats: make([]seat, 2), ended: make(chan end, 2), start: time.Now()}
	s.watch = newWatch(l, s.seats)
	if err := s.open(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.watch.close()
		if err := errors.Join(s.remove(), l.unmap(), f.Close()); err != nil && !errors.Is(err, arena.ErrBusy) { // a lock was left held
			t.Error(err)
		}
	})
	s.seats[0].proc = &worker.Proc{} // so that what a lane holds is somebody's
	h := &hand{l: l, lane: &l.Seats[0].Lanes[0], a: s.a, b: s.b, root: s.root.Offset(), user: s.me, id: 1, objects: s.objects, r: s.rnd}
	for i := range heldMax / 2 {
		if err := h.allocate(i); err != nil {
			t.Fatal(err)
		}
	}
	return s, h
}

// Each kind of loss is found by the next account, in its own words.
func TestEachLossIsFound(t *testing.T) {
	first := func(h *hand) uint64 { return h.lane.Held[0].Load() }
	for _, c := range []struct {
		what, want string
		plan       func(s *storm, h *hand) error
	}{
		{"nothing", "", func(*storm, *hand) error { return nil }},
		{"a block freed behind the book", "is lost", func(s *storm, h *hand) error { return s.a.Free(first(h)) }},
		{"a block that nobody asked for", "no kill explains it", func(s *storm, h *hand) error { _, err := s.a.Malloc(100); return err }},
		{"a block in the hand of a killed one", "", func(s *storm, h *hand) error {
			off, e, err := h.take(0, freeing)
			s.doubts = append(s.doubts, doubt{phase: freeing, user: s.me, off: off, e: e, cell: -1})
			return err
		}},
		{"two blocks in one hand", "no kill explains it", func(s *storm, h *hand) error {
			h.take(1, freeing)
			off, e, err := h.take(0, freeing)
			s.doubts = append(s.doubts, doubt{phase: freeing, user: s.me, off: off, e: e, cell: -1})
			return err
		}},
		{"nothing left of what was resized", "a block is lost", func(s *storm, h *hand) error {
			off, e, err := h.take(0, resizing)
			s.doubts = append(s.doubts, doubt{phase: resizing, user: s.me, off: off, e: e, cell: -1, pair: 1}, doubt{phase: resizing, user: s.me, size: e.size(), cell: -1, pair: -1})
			return errors.Join(err, s.a.Free(off))
		}},
		{"a changed byte", "at byte 0 stands", func(s *storm, h *hand) error { s.a.Bytes(first(h), 8)[0] ^= 1; return nil }},
		{"a block of the dead that counts as held", "which was killed", func(s *storm, h *hand) error {
			s.l.fate(userOf(9, 9)).Store(killed)
			at := s.l.at(first(h))
			at.Store(uint64(entry(at.Load()).of(userOf(9, 9))))
			return nil
		}},
		{"a block in two hands", "is held twice", func(s *storm, h *hand) error { s.l.Seats[0].Lanes[1].Held[3].Store(first(h)); return nil }},
		{"a hand with nothing in it", "where the book has no block", func(s *storm, h *hand) error { h.lane.Held[20].Store(first(h) + 16); return nil }},
		{"a lock's data half changed", "half changed", func(s *storm, h *hand) error { s.b.A++; return nil }},
		{"a lost unit", "the semaphore has 2 units of 3", func(s *storm, h *hand) error { return s.sema.P(context.Background()) }},
	} {
		s, h := becalmed(t)
		h.lane.Size.Store(64)
		if err := c.plan(s, h); err != nil {
			t.Errorf("%s: %v", c.what, err)
		}
		if ok, err := s.account(false); !ok || err != nil {
			t.Errorf("%s: %v, %v", c.what, ok, err)
		}
		if got := strings.Join(s.Findings, "; "); s.OK() != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: want %q, found %q", c.what, c.want, got)
		}
	}
}

// At the end of a bout nothing may be left, and whoever died inside the lock has
// been told of.
func TestTheEndOfABout(t *testing.T) {
	for _, told := range []bool{true, false} {
		s, _ := becalmed(t)
		if !told {
			s.inBout[inside] = 1
		}
		if ok, err := s.account(false); !ok || err != nil {
			t.Fatal(ok, err)
		}
		s.seats[0].proc = nil
		s.finish()
		if s.OK() != told {
			t.Errorf("told %v: %v", told, s.Findings)
		}
	}
}

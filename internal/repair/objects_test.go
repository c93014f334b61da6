package repair_test

import (
	"context"
	"encoding/binary"
	"errors"
	"testing"
	"time"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/config"
	"usarena/info"
	"usarena/internal/layout"
	"usarena/internal/repair"
	"usarena/sync"
)

func errorIs(err, want error) bool { return errors.Is(err, want) }

// objects is an arena with one of each, in use, and where they are.
type objects struct {
	b                                               []byte
	g                                               layout.Geometry
	lock, kept, rw, sema, undo, poll, barrier, ring arena.Offset
}

func newObjects(t *testing.T) *objects {
	t.Helper()
	name := arenatest.Name(t)
	cfg := &config.Config{Size: 256 << 10, MaxSize: 2 << 20, Users: 6}
	a, err := arena.Create(name, cfg)
	if err != nil {
		t.Fatal(err)
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	x := &objects{}
	l, err := sync.NewLock(a)
	must(err)
	must(l.Lock(ctx))
	k, err := sync.NewKeptLock(a)
	must(err)
	must(k.Lock(ctx))
	rw, err := sync.NewRWLock(a)
	must(err)
	must(rw.RLock(ctx))
	s, err := sync.NewSema(a, 5)
	must(err)
	must(s.P(ctx))
	u, err := sync.NewSema(a, 5, sync.Undo)
	must(err)
	must(u.P(ctx))
	must(u.P(ctx))
	p, err := sync.NewPollSema(a, 1)
	must(err)
	b, err := sync.NewBarrier(a)
	must(err)
	must(sync.History(a).OnSize(100))
	must(s.SetHistory(true))
	must(s.V())
	must(s.P(ctx))
	done := make(chan struct{})
	go func() { b.Wait(ctx, 2); close(done) }()
	x.lock, x.kept, x.rw, x.sema, x.undo, x.poll, x.barrier = l.Offset(), k.Offset(), rw.Offset(), s.Offset(), u.Offset(), p.Offset(), b.Offset()
	x.g, err = layout.Plan(uint64(cfg.MaxSize), uint64(cfg.Users))
	must(err)
	for arrived := uint32(0); arrived == 0; time.Sleep(time.Millisecond) {
		x.b, err = arenatest.ReadFile(name)
		must(err)
		arrived = layout.BarrierWord(x.at(x.b, x.barrier+8)).Count()
	}
	x.ring = x.at(x.b, 0x2d0)
	cancel()
	<-done
	a.Close() // says what is held
	if r := info.CheckImage(x.b); !r.Clean || x.ring == 0 {
		t.Fatalf("%+v, ring at %#x", r, x.ring)
	}
	return x
}

func (x *objects) at(b []byte, off uint64) uint64 { return binary.LittleEndian.Uint64(b[off:]) }

func (x *objects) repaired(t *testing.T, change func(put func(off, v uint64))) (string, info.Repaired) {
	t.Helper()
	b := append([]byte(nil), x.b...)
	change(func(off, v uint64) { binary.LittleEndian.PutUint64(b[off:], v) })
	m := newMemory(t, b, x.g.FileSize(x.g.MaxPages))
	r, err := repair.Run(m, "objects")
	if err != nil {
		t.Fatal(err)
	}
	if c := info.CheckImage(m.bytes()); !c.Clean {
		t.Fatalf("not sound: %+v", c.Findings)
	}
	name := arenatest.Name(t)
	if err := arenatest.WriteFile(name, m.bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return name, r
}

// TestObjectsOfTheGone repairs an arena whose users held what there is to hold:
// each object is as their death would have left it.
func TestObjectsOfTheGone(t *testing.T) {
	x := newObjects(t)
	name, r := x.repaired(t, func(put func(off, v uint64)) { put(0x218, 1) })
	if !r.Saved() || r.Users != 1 {
		t.Errorf("%+v", r)
	}
	a, err := arena.Join(name)
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	value := func(off arena.Offset, want int) {
		t.Helper()
		s, err := sync.SemaAt(a, off)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := s.Value(); n != want || err != nil {
			t.Errorf("sema: %d units, %v; want %d", n, err, want)
		}
	}
	value(x.sema, 4)
	value(x.undo, 5)
	if l, err := sync.LockAt(a, x.lock); err != nil {
		t.Error(err)
	} else if err := l.Lock(ctx); !errors.Is(err, sync.ErrOwnerDied) {
		t.Errorf("lock: %v", err)
	} else if err := errors.Join(l.Recovered(), l.Unlock()); err != nil {
		t.Error(err)
	}
	if k, err := sync.LockAt(a, x.kept); err != nil {
		t.Error(err)
	} else if ok, _ := k.TryLock(0); ok {
		t.Error("a lock that an owner keeps was free")
	}
	if rw, err := sync.RWLockAt(a, x.rw); err != nil {
		t.Error(err)
	} else if err := errors.Join(rw.Lock(ctx), rw.Unlock()); err != nil {
		t.Errorf("rwlock: %v", err)
	}
	if p, err := sync.PollSemaAt(a, x.poll); err != nil {
		t.Error(err)
	} else if n, err := p.Value(); n != 1 || err != nil {
		t.Errorf("pollsema: %d units, %v", n, err)
	}
	if b, err := sync.BarrierAt(a, x.barrier); err != nil {
		t.Error(err)
	} else if err := b.Wait(ctx, 2); !errors.Is(err, sync.ErrBroken) {
		t.Errorf("barrier: %v", err)
	} else if err := errors.Join(b.Reset(), b.Wait(ctx, 1)); err != nil {
		t.Errorf("barrier after a reset: %v", err)
	}
	if h, _, err := sync.History(a).Fetch(); err != nil || len(h) == 0 {
		t.Errorf("history: %v, %v", h, err)
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
}

// TestObjectsDamaged spoils one word of an object at a time.
func TestObjectsDamaged(t *testing.T) {
	x := newObjects(t)
	free := func(h layout.ObjectHead) bool { return h.State() == layout.ObjectFree }
	for name, d := range map[string]struct {
		off   arena.Offset
		at, v uint64
		saved bool
		want  func(t *testing.T, word func(at uint64) uint64)
	}{
		"no head": {x.lock, 0, ^uint64(0), false, func(t *testing.T, word func(uint64) uint64) {
			if !free(layout.ObjectHead(word(0))) {
				t.Errorf("head %#x", word(0))
			}
		}},
		"stray maker": {x.lock, 0, x.at(x.b, x.lock) | 5<<16, true, func(t *testing.T, word func(uint64) uint64) {
			if word(0) != x.at(x.b, x.lock) {
				t.Errorf("head %#x", word(0))
			}
		}},
		"nobody's lock": {x.lock, 0x10, uint64(layout.LockWord(4711, 3)), true, func(t *testing.T, word func(uint64) uint64) {
			if uint32(word(0x10)) != layout.LockInconsistent {
				t.Errorf("lock %#x", word(0x10))
			}
		}},
		"lost lock": {x.lock, 0x10, uint64(layout.LockDead | 7<<16), true, func(t *testing.T, word func(uint64) uint64) {
			if uint32(word(0x10)) != layout.LockDead {
				t.Errorf("lock %#x", word(0x10))
			}
		}},
		"lane": {x.sema, 8, uint64(layout.SemaWord(3).Tagged(9999, 7)), true, func(t *testing.T, word func(uint64) uint64) {
			if w := layout.SemaWord(word(8)); w.Value() != 3 || w.Lane() != 0 {
				t.Errorf("sema %#x", uint64(w))
			}
		}},
		"units": {x.undo, layout.ObjectSlots + 8*3, 1 << 40, false, func(t *testing.T, word func(uint64) uint64) {
			if w := layout.SemaWord(word(8)); w.Value() != 5 || word(layout.ObjectSlots+8*3) != 0 {
				t.Errorf("sema %#x", uint64(w))
			}
		}},
		"broken and arrived": {x.barrier, 8, uint64(layout.MakeBarrier(6, 9) | layout.BarrierBroken), true, func(t *testing.T, word func(uint64) uint64) {
			if w := layout.BarrierWord(word(8)); !w.Broken() || w.Count() != 0 || w.Phase() != 6 {
				t.Errorf("barrier %#x", uint64(w))
			}
		}},
		"entry": {x.ring, layout.ObjectRing, 4711, true, func(t *testing.T, word func(uint64) uint64) {
			if word(layout.ObjectRing) != 0 {
				t.Errorf("entry %d", word(layout.ObjectRing))
			}
		}},
		"ring": {x.ring, 0, uint64(layout.MakeHead(layout.ConditionObject, layout.ObjectLive, 0, 0, 1)), false, func(t *testing.T, word func(uint64) uint64) {}},
	} {
		t.Run(name, func(t *testing.T) {
			file, r := x.repaired(t, func(put func(off, v uint64)) { put(d.off+d.at, d.v) })
			if r.Saved() != d.saved {
				t.Errorf("lost %+v, salvaged %+v", r.Lost, r.Salvaged)
			}
			b, err := arenatest.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			d.want(t, func(at uint64) uint64 { return x.at(b, d.off+at) })
		})
	}
}

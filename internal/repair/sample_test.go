package repair_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/config"
	"usarena/info"
	"usarena/internal/layout"
	"usarena/sync"
)

func TestMain(m *testing.M) { arenatest.Main(m) }

// sample is an arena as a power failure leaves it: its users are attached, and
// will never do anything again.
type sample struct {
	b      []byte
	g      layout.Geometry
	blocks []info.Block
}

// samples are made with several settings by users that allocate, free, close,
// die, hold locks and wait for nobody.
func samples(t testing.TB, seed uint64) (all []*sample) {
	t.Helper()
	for i, cfg := range []*config.Config{
		{Size: 64 << 10, MaxSize: 512 << 10, Users: 4},
		{Size: 2 << 20, MaxSize: 2 << 20, NoAutoGrow: true, Users: 8},
		{Size: 64 << 10, MaxSize: 16 << 20, Users: 8, NoReserve: true},
		{Size: 1 << 20, MaxSize: 16 << 20, Users: 9, ReclaimOnDeath: true},
	} {
		all = append(all, newSample(t, cfg, rand.New(rand.NewPCG(seed, uint64(i)))))
	}
	return all
}

func newSample(t testing.TB, cfg *config.Config, r *rand.Rand) *sample {
	t.Helper()
	name := arenatest.Name(t)
	a, err := arena.Create(name, cfg)
	if err != nil {
		t.Fatal(err)
	}
	work(t, a, r, 300, false)
	again := func(a *arena.Arena) *arena.Arena { // as a copy: its users are dead, and recovered when one joins
		b, err := arenatest.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		a.Close()
		if err := arenatest.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if a, err = arena.Join(name); err != nil {
			t.Fatal(err)
		}
		return a
	}
	a = again(a)
	b, err := arena.Join(name)
	if err != nil {
		t.Fatal(err)
	}
	work(t, b, r, 200, true)
	if err := b.Close(); err != nil && !errors.Is(err, arena.ErrBusy) {
		t.Fatal(err)
	}
	if cfg.MaxSize > 4<<20 { // a block in two regions at least
		p, err := a.Malloc(1200 << 10)
		if err != nil {
			t.Fatal(err)
		}
		b := a.Bytes(p, 1200<<10)
		for i := range b {
			b[i] = 7
		}
	}
	work(t, a, r, 300, true)
	s := &sample{}
	if s.b, err = arenatest.ReadFile(name); err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil && !errors.Is(err, arena.ErrBusy) {
		t.Fatal(err)
	}
	if s.g, err = layout.Plan(uint64(cfg.MaxSize), uint64(cfg.Users)); err != nil {
		t.Fatal(err)
	}
	if rep := info.CheckImage(s.b); !rep.Clean {
		t.Fatalf("the sample is not sound: %+v", rep.Findings)
	}
	m := newMemory(t, s.b, 0)
	s.blocks = blocksIn(t, m, s.g)
	if len(s.blocks) < 40 {
		t.Fatalf("only %d blocks", len(s.blocks))
	}
	return s
}

// work allocates and frees, and leaves objects in use.
func work(t testing.TB, a *arena.Arena, r *rand.Rand, n int, objects bool) {
	t.Helper()
	if objects {
		leave(t, a)
	}
	small := a.Config().MaxSize < 1<<20
	if small {
		n /= 5
	}
	var held []arena.Offset
	fill := func(p arena.Offset, size uint64) {
		for i, b := 0, a.Bytes(p, size); i < len(b); i++ {
			b[i] = byte(r.Uint32()) | 1
		}
	}
	for range n {
		size := uint64(16 + r.IntN(300))
		switch r.IntN(20) {
		case 0:
			if !small {
				size = uint64(r.IntN(60 << 10))
			}
		case 1, 2, 3:
			size = uint64(r.IntN(8 << 10))
		case 4:
			if a.Config().MaxSize > 4<<20 && r.IntN(4) == 0 {
				size = uint64(r.IntN(1200 << 10))
			}
		}
		if p, err := a.Malloc(max(size, 1)); err == nil {
			fill(p, max(size, 1))
			held = append(held, p)
		}
		if len(held) > 0 && r.IntN(3) == 0 {
			i := r.IntN(len(held))
			a.Free(held[i])
			held[i] = held[len(held)-1]
			held = held[:len(held)-1]
		}
	}
	for len(held) > n/4 { // room for the next one
		i := r.IntN(len(held))
		a.Free(held[i])
		held[i] = held[len(held)-1]
		held = held[:len(held)-1]
	}
}

// leave makes objects of all kinds and holds them.
func leave(t testing.TB, a *arena.Arena) {
	t.Helper()
	ctx := context.Background()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		l, err := sync.NewLock(a)
		must(err)
		must(l.Lock(ctx))
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
		_, err = sync.NewPollSema(a, 1)
		must(err)
		_, err = sync.NewBarrier(a)
		must(err)
		_, err = sync.NewCondition(a)
		must(err)
	}
}

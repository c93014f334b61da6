package arena_test

import (
	"context"
	"os"
	"testing"
	"time"

	"usarena/alloc"
	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/config"
	"usarena/sync"
)

// Every call is the first to find out that the file is gone.
func TestCallsFindLoss(t *testing.T) {
	arenatest.NeedFile(t)
	calls := map[string]func(a *arena.Arena, p, large arena.Offset) error{
		"malloc":       func(a *arena.Arena, p, large arena.Offset) error { _, err := a.Malloc(10); return err },
		"malloc large": func(a *arena.Arena, p, large arena.Offset) error { _, err := a.Malloc(40_000); return err },
		"calloc":       func(a *arena.Arena, p, large arena.Offset) error { _, err := a.Calloc(10, 10); return err },
		"memalign":     func(a *arena.Arena, p, large arena.Offset) error { _, err := a.Memalign(256, 10); return err },
		"realloc":      func(a *arena.Arena, p, large arena.Offset) error { _, err := a.Realloc(p, 1000); return err },
		"recalloc":     func(a *arena.Arena, p, large arena.Offset) error { _, err := a.Recalloc(p, 1000, 1); return err },
		"free":         func(a *arena.Arena, p, large arena.Offset) error { return a.Free(p) },
		"free large":   func(a *arena.Arena, p, large arena.Offset) error { return a.Free(large) },
		"size":         func(a *arena.Arena, p, large arena.Offset) error { _, err := a.BlockSize(p); return err },
		"keep":         func(a *arena.Arena, p, large arena.Offset) error { return a.Keep(p) },
		"new":          func(a *arena.Arena, p, large arena.Offset) error { _, err := arena.New[[64]byte](a); return err },
		"at":           func(a *arena.Arena, p, large arena.Offset) error { _, err := arena.At[byte](a, p); return err },
		"copy":         func(a *arena.Arena, p, large arena.Offset) error { _, err := arena.CopyIn(a, []byte("x")); return err },
		"recover": func(a *arena.Arena, p, large arena.Offset) error {
			_, err := a.Recover(context.Background())
			return err
		},
		"mallinfo": func(a *arena.Arena, p, large arena.Offset) error { a.Mallinfo(); return toldLater(a) },
		"mallopt":  func(a *arena.Arena, p, large arena.Offset) error { a.Mallopt(alloc.ClrOnFree, 1); return a.Free(p) },
		"check":    func(a *arena.Arena, p, large arena.Offset) error { a.Check(); return toldLater(a) },
		"stats":    func(a *arena.Arena, p, large arena.Offset) error { a.Stats(); return nil },
		"users":    func(a *arena.Arena, p, large arena.Offset) error { a.Users(); return nil },
		"self":     func(a *arena.Arena, p, large arena.Offset) error { a.Self(); return nil },
		"get info": func(a *arena.Arena, p, large arena.Offset) error { a.GetInfo(); return nil },
		"put info": func(a *arena.Arena, p, large arena.Offset) error { a.PutInfo(p); return nil },
		"cas info": func(a *arena.Arena, p, large arena.Offset) error { a.CasInfo(0, p); return nil },
		"beyond":   func(a *arena.Arena, p, large arena.Offset) error { a.Bytes(1<<40, 1); return nil },
		"blocks": func(a *arena.Arena, p, large arena.Offset) error {
			for range a.Blocks() {
			}
			return nil
		},
		"to cell":   func(a *arena.Arena, p, large arena.Offset) error { _, err := a.MallocTo(large, 10); return err },
		"from cell": func(a *arena.Arena, p, large arena.Offset) error { return a.FreeFrom(large) },
		"cell":      func(a *arena.Arena, p, large arena.Offset) error { a.LoadCell(large); return nil },
		"orphans": func(a *arena.Arena, p, large arena.Offset) error {
			for range a.Orphans() {
			}
			return nil
		},
	}
	for what, f := range calls {
		a, err := arena.Create(arenatest.Name(t), &config.Config{Size: 512 << 10, MaxSize: 512 << 10, NoAutoGrow: true})
		if err != nil {
			t.Fatal(err)
		}
		p, large := mustMalloc(t, a, 100), mustMalloc(t, a, 50_000)
		if err := os.Truncate(arenatest.Path(a.Name()), 0); err != nil {
			t.Fatal(err)
		}
		wantError(t, what, erring(func() error { return f(a, p, large) }), arena.ErrTruncated)
		wantError(t, what+", later", erring(func() error { a.GetInfo(); return nil }), arena.ErrTruncated)
		if err := a.Close(); err != nil {
			t.Errorf("%s: close: %v", what, err)
		}
	}
}

// toldLater is what a second call says after one that returns no error.
func toldLater(a *arena.Arena) error { return a.Guard(func() error { return nil }) }

// What needs no slow call is out of reach once others may recover this user:
// blocks of its heaps, locks that nobody holds, its own memory.
func TestPoisonReachesFastPaths(t *testing.T) {
	arenatest.NeedFile(t)
	a, err := arena.Create(arenatest.Name(t), &config.Config{Size: 64 << 20, MaxSize: 64 << 20, NoAutoGrow: true})
	if err != nil {
		t.Fatal(err)
	}
	l, err := sync.NewLock(a)
	if err != nil {
		t.Fatal(err)
	}
	s, err := sync.NewSema(a, 3)
	if err != nil {
		t.Fatal(err)
	}
	b := mustJoin(t, a.Name())
	before := mustMalloc(t, a, 100)
	mem, seen := a.Bytes(before, 100), b.Bytes(before, 100)
	_, end := dataOf(a.Config())
	last := a.Bytes(end-4096, 1)
	if err := os.Truncate(arenatest.Path(a.Name()), int64(end-4096)); err != nil {
		t.Fatal(err)
	}
	for range 10 {
		before = mustMalloc(t, a, 100) // keeps the heaps warm
	}
	wantError(t, "guard", a.Guard(func() error { last[0]++; return nil }), arena.ErrTruncated)
	start, recovered := time.Now(), 0
	for recovered == 0 {
		got, err := b.Recover(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		recovered = got.Users
		if time.Since(start) > time.Minute {
			t.Fatal("nobody may recover the poisoned user")
		}
	}
	t.Logf("recovered after %v", time.Since(start))
	_, err = a.Malloc(100)
	wantError(t, "malloc", err, arena.ErrTruncated)
	wantError(t, "free", a.Free(before), arena.ErrTruncated)
	wantError(t, "lock", l.Lock(context.Background()), arena.ErrTruncated)
	_, err = l.TryLock(0)
	wantError(t, "try", err, arena.ErrTruncated)
	wantError(t, "unlock", l.Unlock(), arena.ErrTruncated)
	wantError(t, "p", s.P(context.Background()), arena.ErrTruncated)
	wantError(t, "v", s.V(), arena.ErrTruncated)
	wantPanic(t, "bytes", arena.ErrTruncated, func() { a.Bytes(before, 1) })
	if mem[7] = 42; seen[7] == 42 {
		t.Error("a store reached the other user")
	}
	bl, err := sync.LockAt(b, l.Offset())
	if err != nil {
		t.Fatal(err)
	}
	if err := bl.Lock(context.Background()); err != nil {
		t.Error(err)
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
	wantError(t, "closed", l.Lock(context.Background()), arena.ErrClosed)
	if err := bl.Unlock(); err != nil {
		t.Error(err)
	}
	wantClean(t, b)
}

package arena_test

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"testing"
	"time"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/config"
)

// lossy makes an arena with a block whose page is about to be lost.
func lossy(t testing.TB) (a *arena.Arena, mem []byte, lose func()) {
	t.Helper()
	a, err := arena.Create(arenatest.Name(t), &config.Config{Size: 1 << 20, MaxSize: 1 << 20, NoAutoGrow: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	p := mustMalloc(t, a, 200_000)
	return a, a.Bytes(p, 200_000), func() {
		if err := os.Truncate(arenatest.Path(a.Name()), int64(p)+4096); err != nil {
			t.Fatal(err)
		}
	}
}

func TestGuard(t *testing.T) {
	arenatest.NeedFile(t)
	a, mem, lose := lossy(t)
	other, otherMem, loseOther := lossy(t)
	mine := errors.New("mine")
	wantError(t, "f's error", a.Guard(func() error { return mine }), mine)
	if err := a.Guard(func() error { mem[100_000]++; return nil }); err != nil {
		t.Error(err)
	}
	if p := func() (p any) {
		defer func() { p = recover() }()
		a.Guard(func() error { panic("mine") })
		return nil
	}(); p != "mine" {
		t.Errorf("f's panic: %v", p)
	}
	// A fault in the other arena passes a's guard and stops at the other's.
	loseOther()
	deferred := false
	wantError(t, "nested", other.Guard(func() error {
		return a.Guard(func() error {
			defer func() { deferred = true }()
			otherMem[100_000]++
			return nil
		})
	}), arena.ErrTruncated)
	if !deferred {
		t.Error("a deferred function of f did not run")
	}
	mustMalloc(t, a, 100)
	lose()
	wantError(t, "outer", a.Guard(func() error {
		wantError(t, "inner", a.Guard(func() error { mem[100_000]++; return nil }), arena.ErrTruncated)
		if !debug.SetPanicOnFault(true) {
			t.Error("the inner guard took the outer one away")
		}
		_, err := a.Malloc(10)
		wantError(t, "malloc", err, arena.ErrTruncated)
		a.GetInfo() // panics with what the outer one returns
		return nil
	}), arena.ErrTruncated)
	if debug.SetPanicOnFault(false) {
		t.Error("faults of this goroutine stay panics")
	}
	mem[0]++ // that page is there
	wantError(t, "guard", a.Guard(func() error { t.Error("f was called"); return nil }), arena.ErrTruncated)
	if err := errors.Join(a.Close(), other.Close()); err != nil {
		t.Error(err)
	}
	wantError(t, "closed", a.Guard(func() error { return nil }), arena.ErrClosed)
	_, err := a.Malloc(1)
	wantError(t, "closed", err, arena.ErrClosed)
	wantPanic(t, "closed", arena.ErrClosed, func() { a.GetInfo() })
}

// The body of a loop over blocks is not ours: it ends the arena, or the process.
func TestGuardAroundBlocks(t *testing.T) {
	arenatest.NeedFile(t)
	a, mem, lose := lossy(t)
	lose()
	n := 0
	wantError(t, "loop", a.Guard(func() error {
		for range a.Blocks() {
			n++
			mem[100_000]++
		}
		return nil
	}), arena.ErrTruncated)
	if n != 1 {
		t.Errorf("%d turns", n)
	}
}

func TestGuardReadOnly(t *testing.T) {
	arenatest.NeedFile(t)
	a, _, lose := lossy(t)
	r, err := arena.OpenReadOnly(a.Name())
	if err != nil {
		t.Fatal(err)
	}
	from, end := dataOf(a.Config())
	lose()
	wantError(t, "read", r.Guard(func() error { sink.Add(uint32(r.Bytes(end-1, 1)[0])); return nil }), arena.ErrTruncated)
	_, err = r.BlockSize(from)
	wantError(t, "size", err, arena.ErrTruncated)
	wantPanic(t, "stats", arena.ErrTruncated, func() { r.Stats() })
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}

// Close finds out by itself that the file has lost its tables.
func TestCloseOfLost(t *testing.T) {
	a, _, _ := lossy(t)
	time.Sleep(idleHeaps)
	if err := os.Truncate(arenatest.Path(a.Name()), 0); err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		wantError(t, "close", err, arena.ErrTruncated)
	}
	if err := a.Close(); err != nil {
		t.Errorf("again: %v", err)
	}
}

func BenchmarkGuard(b *testing.B) {
	a := arenatest.New(b)
	f := func() error { return nil }
	for b.Loop() {
		a.Guard(f)
	}
}

// A caught fault, all in all; each needs an arena of its own.
func BenchmarkGuardFault(b *testing.B) {
	var sum time.Duration
	for b.Loop() {
		b.StopTimer()
		a, mem, lose := lossy(b)
		lose()
		b.StartTimer()
		start := time.Now()
		err := a.Guard(func() error { mem[100_000]++; return nil })
		sum += time.Since(start)
		b.StopTimer()
		if err == nil {
			b.Fatal("no fault")
		}
		a.Close()
		b.StartTimer()
	}
	b.ReportMetric(float64(sum.Nanoseconds())/float64(b.N), "ns/fault")
}

func ExampleArena_Guard() {
	a, err := arena.Create(fmt.Sprintf("/dev/shm/usarena-doc-%d", os.Getpid()), &config.Config{Size: 1 << 20})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.Remove(arenatest.Path(a.Name()))
	defer a.Close()
	p, _ := a.Malloc(100_000)
	text := a.Bytes(p, 100_000)
	os.Truncate(arenatest.Path(a.Name()), 0) // an operator's mistake

	err = a.Guard(func() error {
		copy(text[50_000:], "hello")
		return nil
	})
	fmt.Println(errors.Is(err, arena.ErrTruncated))
	_, err = a.Calloc(1, 100_000)
	fmt.Println(errors.Is(err, arena.ErrTruncated))
	// Output:
	// true
	// true
}

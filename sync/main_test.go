package sync_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/sync"
)

func TestMain(m *testing.M) { arenatest.Main(m) }

// bg is a context that never ends.
var bg = context.Background()

// soon is a context that ends before a test has lost its patience.
func soon(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(bg, time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// must fails the test for an error.
func must(t testing.TB, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

// want holds that err is, or is not, what it should be.
func want(t testing.TB, what string, err, target error) {
	t.Helper()
	if !errors.Is(err, target) {
		t.Errorf("%s: %v, want %v", what, err, target)
	}
}

// second is one more user of a's arena, as another process would be.
func second(t testing.TB, a *arena.Arena) *arena.Arena {
	t.Helper()
	b, err := arena.Join(a.Name())
	must(t, err)
	t.Cleanup(func() { b.Close() })
	return b
}

func newLock(t testing.TB, a *arena.Arena) *sync.Lock {
	t.Helper()
	l, err := sync.NewLock(a)
	must(t, err)
	return l
}

func newSema(t testing.TB, a *arena.Arena, n int, opts ...sync.SemaOption) *sync.Sema {
	t.Helper()
	s, err := sync.NewSema(a, n, opts...)
	must(t, err)
	return s
}

// after says how long f took to return once cancel was called; it is called when
// f has had time to begin to wait.
func after(t testing.TB, f func(context.Context) error) (time.Duration, error) {
	t.Helper()
	ctx, cancel := context.WithCancel(bg)
	defer cancel()
	got := make(chan error, 1)
	go func() { got <- f(ctx) }()
	select {
	case err := <-got:
		t.Fatalf("it did not wait: %v", err)
	case <-time.After(30 * time.Millisecond):
	}
	start := time.Now()
	cancel()
	select {
	case err := <-got:
		return time.Since(start), err
	case <-time.After(time.Minute):
		t.Fatal("the end of the context does not end the wait")
	}
	return 0, nil
}

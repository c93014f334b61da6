//go:build !race

// The race detector does atomic operations itself, and their faults are final.

package sync_test

import (
	"os"
	"testing"
	"time"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/config"
	"usarena/sync"
)

// things is one object of each kind in an arena of its own.
type things struct {
	a   *arena.Arena
	l   *sync.Lock
	s   *sync.Sema
	u   *sync.Sema
	rw  *sync.RWLock
	bar *sync.Barrier
	c   *sync.Condition
	p   *sync.PollSema
}

func newThings(t *testing.T) (x things) {
	t.Helper()
	a, err := arena.Create(arenatest.Name(t), &config.Config{Size: 1 << 20, MaxSize: 1 << 20, NoAutoGrow: true})
	must(t, err)
	x = things{a: a, l: newLock(t, a), s: newSema(t, a, 0), u: newSema(t, a, 1, sync.Undo), rw: newRW(t, a), bar: newBarrier(t, a), c: newCondition(t, a)}
	x.p, err = sync.NewPollSema(a, 0)
	must(t, err)
	return x
}

// Every call that has a slow way is the first to find out that the file is gone.
func TestCallsFindLoss(t *testing.T) {
	arenatest.NeedFile(t)
	calls := map[string]func(x things) error{
		"new":        func(x things) error { _, err := sync.NewLock(x.a); return err },
		"at":         func(x things) error { _, err := sync.LockAt(x.a, x.l.Offset()); return err },
		"ref":        func(x things) error { _, err := x.l.Ref().In(x.a); return err },
		"recovered":  func(x things) error { return x.l.Recovered() },
		"free":       func(x things) error { return x.l.Free() },
		"init":       func(x things) error { return x.l.Init() },
		"owner":      func(x things) error { x.l.Owner(); return x.l.Recovered() },
		"value":      func(x things) error { _, err := x.s.Value(); return err },
		"undo p":     func(x things) error { return x.u.P(bg) },
		"undo v":     func(x things) error { return x.u.V() },
		"read":       func(x things) error { return x.rw.RLock(bg) },
		"read done":  func(x things) error { return x.rw.RUnlock() },
		"write":      func(x things) error { return x.rw.Lock(bg) },
		"write done": func(x things) error { return x.rw.Unlock() },
		"barrier":    func(x things) error { return x.bar.Wait(bg, 2) },
		"reset":      func(x things) error { return x.bar.Reset() },
		"signal":     func(x things) error { return x.c.Signal() },
		"poll p":     func(x things) error { _, err := x.p.P(); return err },
		"poll v":     func(x things) error { return x.p.V() },
		"history":    func(x things) error { return sync.History(x.a).On() },
		"setup": func(x things) error {
			_, err := sync.Setup(bg, x.a, func(*uint64) error { return nil })
			return err
		},
	}
	for what, f := range calls {
		x := newThings(t)
		must(t, os.Truncate(arenatest.Path(x.a.Name()), 0))
		want(t, what, f(x), arena.ErrTruncated)
		want(t, what+", later", x.c.Signal(), arena.ErrTruncated)
		must(t, x.a.Close())
	}
}

// Goroutines wait in every way; one of them, or another, finds out, and all are
// told.
func TestWaitsEndWithLoss(t *testing.T) {
	arenatest.NeedFile(t)
	for _, all := range []bool{false, true} {
		x := newThings(t)
		last, err := x.a.Malloc(600_000)
		must(t, err)
		b := second(t, x.a)
		mem := x.a.Bytes(last, 600_000)
		holder, err := sync.LockAt(b, x.l.Offset())
		must(t, err, holder.Lock(bg))
		writer, err := sync.RWLockAt(b, x.rw.Offset())
		must(t, err, writer.Lock(bg))
		mine := newLock(t, x.a)
		must(t, mine.Lock(bg), x.u.P(bg))
		waits := []func() error{
			func() error { return x.l.Lock(bg) }, func() error { return x.l.Lock(bg) },
			func() error { return mine.Lock(bg) }, func() error { return mine.Lock(bg) },
			func() error { return x.s.P(bg) }, func() error { return x.s.P(bg) }, func() error { return x.u.P(bg) },
			func() error { return x.rw.RLock(bg) }, func() error { return x.rw.Lock(bg) },
			func() error { return x.bar.Wait(bg, 3) },
			func() error {
				l, err := sync.NewLock(x.a)
				if err == nil {
					err = l.Lock(bg)
				}
				if err != nil {
					return err
				}
				return x.c.Wait(bg, l)
			},
		}
		got := make(chan error, len(waits))
		for _, f := range waits {
			go func() { got <- f() }()
		}
		time.Sleep(40 * time.Millisecond)
		cut := int64(last) + 500_000
		if all {
			cut = 0 // b's memory too: it does nothing any more
		}
		must(t, os.Truncate(arenatest.Path(x.a.Name()), cut))
		want(t, "guard", x.a.Guard(func() error { mem[550_000]++; return nil }), arena.ErrTruncated)
		for range waits {
			want(t, "wait", <-got, arena.ErrTruncated)
		}
		must(t, x.a.Close())
		b.Close() // names what it holds
	}
}

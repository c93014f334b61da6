package locks

import (
	"context"
	"errors"
	"strings"
	"syscall"
	"testing"
	"time"

	"usarena/arena"
	"usarena/config"
	"usarena/info"
	"usarena/internal/layout"
	"usarena/internal/worker"
	"usarena/sync"
)

const holderKind = "locks-holder"

func init() { worker.Register(holderKind, holderWork) }

// holderWork takes the lock and a unit, reads, says so, and gives all back when it
// is told to.
func holderWork(s *worker.Side) error {
	var me seat
	if err := s.Spec(&me); err != nil {
		return err
	}
	a, err := arena.Join(me.Arena)
	if err != nil {
		return err
	}
	root, err := arena.Root[board](a)
	if err != nil {
		return err
	}
	p := &player{b: root.In(a)}
	ctx := context.Background()
	if err := p.find(a); err != nil {
		return err
	}
	if err := errors.Join(p.lock.Lock(ctx), p.sema.P(ctx), p.rw.RLock(ctx)); err != nil {
		return err
	}
	if err := s.Ready(); err != nil {
		return err
	}
	return errors.Join(p.rw.RUnlock(), p.sema.V(), p.lock.Unlock(), s.Tell(true), a.Close())
}

// holder starts a process that holds everything.
func (x *table) holder(t *testing.T) *worker.Proc {
	t.Helper()
	p, err := worker.Start(t.Context(), holderKind, seat{Arena: x.a.Name()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Kill)
	var ready bool
	if err := p.Hear(&ready); err != nil {
		t.Fatal(err)
	}
	return p
}

// A holder that is stopped lives: contexts end waits for it, nothing of its is
// taken, and it is named. When it goes on, nothing has happened to it.
func TestStoppedHolder(t *testing.T) {
	x := set(t, config.Config{MaxSize: 16 << 20})
	p := x.holder(t)
	if err := syscall.Kill(p.Pid(), syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	for range units - 1 { // the other one is the holder's
		if err := x.sema.P(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for name, wait := range map[string]func(context.Context) error{
		"lock": x.lock.Lock, "sema": x.sema.P, "write lock": x.rw.Lock,
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 150*time.Millisecond)
		start := time.Now()
		if err := wait(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v, want the context's error", name, err)
		}
		t.Logf("%s: returned %v after the deadline", name, time.Since(start)-150*time.Millisecond)
		cancel()
	}
	if got, err := x.lock.TryLock(100); got || err != nil {
		t.Errorf("the lock of a stopped process was taken: %v, %v", got, err)
	}
	if _, err := x.a.Recover(t.Context()); err != nil {
		t.Error(err)
	}
	found := false
	list, err := info.Objects(x.a.Name())
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range list {
		found = found || o.Offset == x.lock.Offset() && o.Kind == layout.LockObject.String() && o.Owner != 0
	}
	if !found {
		t.Errorf("nobody names the lock's owner: %+v", list)
	}
	if err := syscall.Kill(p.Pid(), syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	var done bool
	if err := errors.Join(p.Tell(true), p.Hear(&done), p.Wait()); err != nil {
		t.Errorf("the holder: %v", err)
	}
	if err := errors.Join(x.lock.Lock(t.Context()), x.lock.Unlock()); err != nil {
		t.Errorf("afterwards: %v", err)
	}
	if v, err := x.sema.Value(); err != nil || v != 1 {
		t.Errorf("%d units are left, %v", v, err)
	}
}

// An owner that stored the unlock and died before it woke anybody, and one that
// died holding everything: who sleeps goes on within a quantum, which the log
// tells; the test only has patience.
func TestSleepersOfTheDead(t *testing.T) {
	const rounds = 15
	var silent, held []time.Duration
	for range rounds {
		x := set(t, config.Config{MaxSize: 16 << 20})
		p := x.holder(t)
		got := make(chan time.Duration)
		start := time.Now()
		go func() {
			if err := x.lock.Lock(context.Background()); err != nil {
				t.Error(err)
			}
			got <- time.Since(start)
		}()
		time.Sleep(25 * time.Millisecond) // it sleeps by now, and others would be woken
		word := lockWord(x)
		at := time.Since(start)
		word.Store(layout.LockFree) // the store of an unlock, without its wake
		silent = append(silent, <-got-at)
		x.lock.Unlock()

		go func() {
			err := x.rw.Lock(context.Background())
			if err != nil {
				t.Error(err)
			}
			got <- time.Since(start)
		}()
		time.Sleep(15 * time.Millisecond)
		p.Kill()
		at = time.Since(start)
		held = append(held, <-got-at)
		if err := x.rw.Unlock(); err != nil {
			t.Error(err)
		}
	}
	t.Logf("a wake-up that never came: longest %v; a reader that died: longest %v (%d rounds)", longest(silent), longest(held), rounds)
}

func longest(d []time.Duration) (most time.Duration) {
	for _, x := range d {
		most = max(most, x)
	}
	return most
}

// Close names what is still held, and the next owner is told.
func TestCloseNamesLocks(t *testing.T) {
	x := set(t, config.Config{MaxSize: 16 << 20})
	b, err := arena.Join(x.a.Name())
	if err != nil {
		t.Fatal(err)
	}
	l, err := sync.LockAt(b, x.lock.Offset())
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Lock(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); !errors.Is(err, arena.ErrBusy) || !strings.Contains(err.Error(), "lock 0x") {
		t.Errorf("close: %v", err)
	}
	if err := x.lock.Lock(t.Context()); !errors.Is(err, sync.ErrOwnerDied) {
		t.Errorf("lock: %v", err)
	}
	if err := errors.Join(x.lock.Recovered(), x.lock.Unlock()); err != nil {
		t.Error(err)
	}
}

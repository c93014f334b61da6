package sync_test

import (
	"context"
	"errors"
	"fmt"
	gosync "sync"
	"sync/atomic"
	"testing"
	"time"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/internal/layout"
	"usarena/sync"
)

// A signal after a broadcast is for whoever came after the broadcast, though
// those that it woke have not gone yet.
func TestSignalAfterBroadcast(t *testing.T) {
	a := arenatest.New(t)
	l, c := newLock(t, a), newCondition(t, a)
	word, waiters := &object(t, a, l.Offset()).Lock, &object(t, a, c.Offset()).Waiters
	for round := range 60 {
		first := make(chan error, 30)
		for range cap(first) {
			go func() {
				must(t, l.Lock(bg))
				err := c.Wait(soon(t), l)
				first <- errors.Join(err, l.Unlock())
			}()
		}
		for layout.Sleepers(waiters.Load()) != uint32(cap(first))+1 { // each of them, and the one that sleeps for all
			time.Sleep(time.Millisecond)
		}
		must(t, l.Lock(bg))
		signalled := make(chan error)
		go func() {
			for word.Load()&layout.LockOwner != 0 { // until the second one waits
			}
			signalled <- c.Signal()
		}()
		time.Sleep(100 * time.Microsecond)
		must(t, c.Broadcast())
		for start := time.Now(); time.Since(start) < time.Duration(round)*5*time.Microsecond; {
			// Some of those that it woke have gone by now, others have not.
		}
		ctx, cancel := context.WithTimeout(bg, 2*time.Second)
		if err := c.Wait(ctx, l); err != nil {
			t.Errorf("round %d: the signal was lost: %v", round, err)
		}
		cancel()
		must(t, l.Unlock(), <-signalled)
		for range cap(first) {
			must(t, <-first)
		}
	}
}

// A wait that ends because the condition was freed does not hold the lock, as its
// error says.
func TestConditionFreedUnderWaiters(t *testing.T) {
	a := arenatest.New(t)
	l, c := newLock(t, a), newCondition(t, a)
	got := make(chan error, 3)
	for range 3 {
		go func() {
			must(t, l.Lock(bg))
			got <- c.Wait(soon(t), l)
		}()
	}
	time.Sleep(20 * time.Millisecond)
	must(t, c.Free())
	for range 3 {
		want(t, "waiter", <-got, arena.ErrNotAllocated)
	}
	if held, err := l.Test(); held || err != nil {
		t.Errorf("held %v, %v", held, err)
	}
}

// shelf is what a condition is about.
type shelf struct {
	Lock sync.LockRef
	Cond sync.ConditionRef
	Full atomic.Uint32
	_    [4]byte
}

func init() {
	open := func(name string) (*shelf, *sync.Lock, *sync.Condition, error) {
		a, err := arena.Join(name)
		if err != nil {
			return nil, nil, nil, err
		}
		root, err := arena.Root[shelf](a)
		if err != nil {
			return nil, nil, nil, err
		}
		s := root.In(a)
		l, err1 := s.Lock.In(a)
		c, err2 := s.Cond.In(a)
		return s, l, c, errors.Join(err1, err2)
	}
	arenatest.Register("fill and die", func(args []string) error { // before the signal
		s, l, _, err := open(args[0])
		if err != nil {
			return err
		}
		if err := l.Lock(bg); err != nil {
			return err
		}
		s.Full.Store(1)
		return l.Unlock()
	})
	arenatest.Register("wait at a condition", func(args []string) error {
		_, l, c, err := open(args[0])
		if err != nil {
			return err
		}
		if err := l.Lock(bg); err != nil {
			return err
		}
		fmt.Println("here")
		for {
			if err := c.Wait(bg, l); err != nil {
				return err
			}
		}
	})
}

func newShelf(t *testing.T, a *arena.Arena) (*shelf, *sync.Lock, *sync.Condition) {
	t.Helper()
	l, c := newLock(t, a), newCondition(t, a)
	p, err := sync.Setup(bg, a, func(s *shelf) error { s.Lock, s.Cond = l.Ref(), c.Ref(); return nil })
	must(t, err)
	return p.In(a), l, c
}

// Who made true what is waited for, and died before it could say so, keeps nobody
// waiting.
func TestSignallerDies(t *testing.T) {
	a := arenatest.New(t)
	s, l, c := newShelf(t, a)
	longest := time.Duration(0)
	for range 5 {
		s.Full.Store(0)
		got := make(chan error, 2)
		for range 2 {
			go func() {
				must(t, l.Lock(bg))
				for s.Full.Load() == 0 {
					must(t, c.Wait(soon(t), l))
				}
				got <- l.Unlock()
			}()
		}
		time.Sleep(15 * time.Millisecond)
		if out, err := arenatest.Command(t, "fill and die", a.Name()).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		start := time.Now()
		must(t, <-got, <-got)
		longest = max(longest, time.Since(start))
	}
	t.Logf("waiters went on %v after the death at most", longest)
}

// Waiters that are killed take no signal with them.
func TestWaitersKilled(t *testing.T) {
	a := arenatest.New(t)
	s, l, c := newShelf(t, a)
	for range 5 {
		s.Full.Store(0)
		other := arenatest.Command(t, "wait at a condition", a.Name())
		out, err := other.StdoutPipe()
		must(t, err, other.Start())
		_, err = out.Read(make([]byte, 5))
		must(t, err)
		time.Sleep(5 * time.Millisecond)
		var wg gosync.WaitGroup
		wg.Go(func() {
			must(t, l.Lock(soon(t)))
			for s.Full.Load() == 0 {
				must(t, c.Wait(soon(t), l))
			}
			must(t, l.Unlock())
		})
		time.Sleep(15 * time.Millisecond)
		s.Full.Store(1)
		must(t, other.Process.Kill(), c.Signal()) // whichever comes first
		other.Wait()
		wg.Wait()
	}
}

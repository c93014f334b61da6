//go:build linux && (amd64 || 386)

package errors_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"usarena/arena"
	"usarena/internal/worker"
	"usarena/sync"
)

const otherKind = "errors-other"

func init() { worker.Register(otherKind, other) }

// errand is what another process is to do with an arena.
type errand struct {
	Name  string
	Lock  arena.Offset
	Waits bool // it says that it is ready before it takes the lock
}

// holds is for how long another process keeps the lock.
const holds = 20 * time.Millisecond

// other is a process that has some blocks, and for a while a lock.
func other(side *worker.Side) error {
	var e errand
	if err := side.Spec(&e); err != nil {
		return err
	}
	side.Follow()
	a, err := arena.Join(e.Name)
	if err != nil {
		return err
	}
	for _, n := range []uint64{20, 200, 2000, 50_000} {
		if _, err := a.Malloc(n); err != nil {
			return err
		}
	}
	l, err := sync.LockAt(a, e.Lock)
	if err != nil {
		return err
	}
	if e.Waits {
		err = errors.Join(side.Tell(true), l.Lock(context.Background()))
	} else {
		err = errors.Join(l.Lock(context.Background()), side.Tell(true))
		time.Sleep(holds)
	}
	return errors.Join(err, l.Unlock(), a.Close(), side.Tell(true))
}

// visited starts another process in the arena, which takes the lock or waits for
// it.
func (s *stage) visited(waits bool) (err error) {
	var ready bool
	if s.other, err = worker.Start(context.Background(), otherKind, errand{s.name, s.lock.Offset(), waits}); err == nil {
		err = s.other.Hear(&ready)
	}
	return err
}

// mourning makes an arena with a user that was killed.
func mourning(s *stage) error {
	if err := working(s); err != nil {
		return err
	}
	return mourningAgain(s)
}

func mourningAgain(s *stage) (err error) {
	if s.lock == nil {
		if s.lock, err = sync.NewLock(s.a); err != nil {
			return err
		}
	}
	if err := s.visited(false); err != nil {
		return err
	}
	s.other.Kill()
	return nil
}

// bereft leaves only the dead user.
func bereft(s *stage) error { return errors.Join(mourning(s), closeIt(s)) }

// recoverDead recovers the dead user, or leaves that to somebody else: what it
// cannot find out it takes for life.
func recoverDead(s *stage) error {
	_, err := s.a.Recover(context.Background())
	return err
}

// mournedSlotFree takes the dead user's slot, the lowest that is free.
func mournedSlotFree(s *stage) error {
	b, err := arena.Join(s.name)
	if err != nil {
		return err
	}
	if got, want := b.Self().Slot, s.a.Self().Slot+1; got != want {
		err = fmt.Errorf("slot %d is taken, %d should have been free", got, want)
	}
	return errors.Join(err, b.Close(), mourningAgain(s))
}

func lockOfDead(s *stage) error {
	err := s.lock.Lock(context.Background())
	if !sync.Held(err) {
		return errors.Join(err, errors.New("the lock was not taken"))
	}
	if errors.Is(err, sync.ErrOwnerDied) {
		err = s.lock.Recovered()
	}
	return errors.Join(err, s.lock.Unlock())
}

// contended lets another process hold the lock.
func contended(s *stage) (err error) {
	if err = working(s); err != nil {
		return err
	}
	if s.lock, err = sync.NewLock(s.a); err != nil {
		return err
	}
	return s.visited(false)
}

func lockWaits(s *stage) error { return s.lock.Lock(context.Background()) }

// lockGiven gives the lock back and lets another process take it.
func lockGiven(s *stage) error { return errors.Join(s.lock.Unlock(), s.other.Wait(), s.visited(false)) }

func parted(s *stage) error { return errors.Join(s.other.Wait(), leave(s)) }

// awaited lets another process wait for the lock that this one holds.
func awaited(s *stage) (err error) {
	if err = working(s); err != nil {
		return err
	}
	if s.lock, err = sync.NewLock(s.a); err != nil {
		return err
	}
	return s.beAwaited()
}

func (s *stage) beAwaited() error {
	err := errors.Join(s.lock.Lock(context.Background()), s.visited(true))
	time.Sleep(holds / 4) // it is asleep, most likely
	return err
}

// awaitedAgain finds that the other one got the lock, whether or not it was woken.
func awaitedAgain(s *stage) error { return errors.Join(s.other.Wait(), s.beAwaited()) }

func unawaited(s *stage) error { return errors.Join(s.lock.Unlock(), s.other.Wait(), leave(s)) }

func polling(s *stage) (err error) {
	if err = working(s); err == nil {
		s.poll, err = sync.NewPollSema(s.a, 0)
	}
	return err
}

func openPoll(s *stage) error {
	_, err := s.poll.Open(0o600)
	return err
}

func pollOpen(s *stage) error { return errors.Join(polling(s), openPoll(s)) }

func newLock(s *stage) (err error) {
	s.lock, err = sync.NewLock(s.a)
	return err
}

func freeLock(s *stage) error { return s.lock.Free() }

package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"usarena/arena"
	"usarena/sync"
)

// roomy is how many processes may have a large block in hand at a time.
const roomy = 2

// shared is what the processes share beside the lists: a ledger that only the
// holder of Lock touches, a semaphore that bounds how many make large blocks, and
// a barrier where they meet from time to time.
type shared struct {
	Lock    sync.LockRef
	Room    sync.SemaRef
	Meeting sync.BarrierRef
	Told    uint64          // times that an owner of Lock had died; like the rest plain words, under Lock
	Total   uint64          // of By
	By      [maxSeat]uint64 // rounds of each process
}

// objects are one process's handles of them.
type objects struct {
	lock    *sync.Lock
	room    *sync.Sema
	meeting *sync.Barrier
}

// makeObjects makes them, and lays them on the board.
func makeObjects(a *arena.Arena, b *board) (o objects, err error) {
	if o.lock, err = sync.NewLock(a); err != nil {
		return o, err
	}
	if o.room, err = sync.NewSema(a, roomy, sync.Undo, sync.Metered); err != nil {
		return o, err
	}
	if o.meeting, err = sync.NewBarrier(a); err != nil {
		return o, err
	}
	b.Shared.Lock, b.Shared.Room, b.Shared.Meeting = o.lock.Ref(), o.room.Ref(), o.meeting.Ref()
	return o, nil
}

// findObjects finds them on the board.
func findObjects(a *arena.Arena, b *board) (o objects, err error) {
	if o.lock, err = b.Shared.Lock.In(a); err != nil {
		return o, err
	}
	if o.room, err = b.Shared.Room.In(a); err != nil {
		return o, err
	}
	o.meeting, err = b.Shared.Meeting.In(a)
	return o, err
}

// note enters a round into the ledger.
func (o objects) note(b *board, seat int) error {
	return o.lock.Do(context.Background(), func(died bool) error {
		if died {
			b.Shared.repair()
		}
		b.Shared.Total++
		b.Shared.By[seat]++
		return nil
	})
}

// large does something for which only a few have room at a time.
func (o objects) large(f func() error) error {
	if err := o.room.P(context.Background()); err != nil {
		return err
	}
	return errors.Join(f(), o.room.V())
}

// meet waits for the other processes, but not for long: some may have been told
// to stop. The death of one that has ever been there breaks the barrier.
func (o objects) meet(procs uint32) error {
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	switch err := o.meeting.Wait(ctx, procs); {
	case errors.Is(err, sync.ErrBroken):
		return o.meeting.Reset()
	case err != nil && !errors.Is(err, context.DeadlineExceeded):
		return err
	}
	return nil
}

// account says what is wrong with the objects once nobody uses them any more, and
// frees them. rounds is what the tallies say; each that was killed may have made
// one more.
func (o objects) account(b *board, rounds, kills uint64, bad func(string, ...any)) {
	if kills > 0 { // the latest owner may have been one of them
		if err := o.lock.Do(context.Background(), func(died bool) error {
			if died {
				b.Shared.repair()
			}
			return nil
		}); err != nil {
			bad("the lock at the end: %v", err)
		}
	}
	sum := uint64(0)
	for _, n := range b.Shared.By {
		sum += n
	}
	if sum != b.Shared.Total || sum < rounds || sum > rounds+kills {
		bad("the ledger has %d rounds, its parts %d, the processes counted %d", b.Shared.Total, sum, rounds)
	}
	if u, held := o.lock.Owner(); held {
		bad("process %d still holds the lock", u.Pid)
	}
	if v, err := o.room.Value(); err != nil || v != roomy {
		bad("the semaphore has %d units of %d (%v)", v, roomy, err)
	}
	if err := errors.Join(o.lock.Free(), o.room.Free(), o.meeting.Free()); err != nil {
		bad("the lock, the semaphore, the barrier: %v", fmt.Sprint(err))
	}
}

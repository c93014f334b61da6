package torture

import (
	"errors"

	"usarena/arena"
	"usarena/sync"
)

const (
	cells    = 96 // that anybody fills and empties
	ownCells = 12 // that a lane uses by itself for a while
	units    = 3  // of the semaphore
)

// block is what cells lead to: nobody's type but the book's.
type block struct{ _ [2]uint64 }

// board is the first datum of a storm's arena.
type board struct {
	Cells   [cells]arena.Cell[block]
	Own     [ownCells]arena.Cell[block]
	Lock    sync.LockRef
	RW      sync.RWLockRef
	Sema    sync.SemaRef
	Barrier sync.BarrierRef
	A, B    uint64 // under Lock: equal but while somebody is inside
	X, Y    uint64 // under RW, likewise
}

// objects are one process's handles.
type objects struct {
	lock    *sync.Lock
	rw      *sync.RWLock
	sema    *sync.Sema
	barrier *sync.Barrier
}

func makeObjects(a *arena.Arena, b *board) (o objects, err error) {
	all := make([]error, 4)
	o.lock, all[0] = sync.NewLock(a)
	o.rw, all[1] = sync.NewRWLock(a)
	o.sema, all[2] = sync.NewSema(a, units, sync.Undo)
	o.barrier, all[3] = sync.NewBarrier(a)
	if err := errors.Join(all...); err != nil {
		return o, err
	}
	b.Lock, b.RW, b.Sema, b.Barrier = o.lock.Ref(), o.rw.Ref(), o.sema.Ref(), o.barrier.Ref()
	return o, nil
}

func findObjects(a *arena.Arena, b *board) (o objects, err error) {
	all := make([]error, 4)
	o.lock, all[0] = b.Lock.In(a)
	o.rw, all[1] = b.RW.In(a)
	o.sema, all[2] = b.Sema.In(a)
	o.barrier, all[3] = b.Barrier.In(a)
	return o, errors.Join(all...)
}

func (o objects) free() error {
	return errors.Join(o.lock.Free(), o.rw.Free(), o.sema.Free(), o.barrier.Free())
}

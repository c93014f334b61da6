// Package sync has what goroutines of all processes of an arena exclude, count
// and wait for each other with: Lock, Sema, PollSema, Barrier, RWLock, Condition,
// and Setup for the first datum. It exports no name that Go's sync exports, so
// that the wrong import does not compile.
//
//	l, err := sync.NewLock(a)              // in one process
//	root.Lock = l.Ref()                    // 8 bytes, found by the others
//	l, err = root.Lock.In(a)               // in another process
//	switch err := l.Lock(ctx); {
//	case errors.Is(err, sync.ErrOwnerDied): // held; its owner died inside
//		repair()
//		l.Recovered()
//	case err != nil:                        // not held
//	}
//
// # Trust
//
// Users of an arena trust each other's data, not each other's survival. Whatever
// dies when, the others go on within a moment and are told. Any byte of an object
// may be wrong: calls answer with errors. A process that is stopped lives, and
// nothing of its is taken; contexts end waits for it.
//
// # Nouns
//
// An object lies in the arena and belongs to it until it is freed. A handle is
// this process's way to it, made from an offset or a Ref; all handles of one
// object in a process are the same. An owner is a process, never a goroutine or a
// thread. A gate is the queue of this process's goroutines at one object: one of
// them sleeps in the kernel, the others in Go.
//
// # Life
//
// Objects stay when their makers leave. An arena whose file loses pages ends waits
// with arena.ErrTruncated, except that a lock or semaphore that is there for the
// taking is not guarded. Closing an arena wakes this process's
// waiters with arena.ErrClosed and leaves what it still holds as a death would.
//
// doc/LOCKING.md of the project has the protocols and what a death leaves at each
// step.
//
// Reading order: gate.go, mutex.go, lock.go, await.go, sema.go, semawait.go,
// barrier.go, rwlock.go, rwread.go, condition.go, pollsema.go, pollwait.go,
// setup.go, ref.go, then debug.go, semadebug.go, history.go.
package sync

package sync

import (
	"context"
	"errors"
	"runtime"
	"sync/atomic"

	"usarena/arena"
	"usarena/info"
	"usarena/internal/errs"
	"usarena/internal/fault"
	"usarena/internal/layout"
	"usarena/internal/robust"
)

// Lock is a lock that goroutines of all processes of an arena exclude each other
// with. A process owns it, not a goroutine: any goroutine of the process may
// unlock it. If a process dies while it holds the lock, the next one gets it and
// is told (ErrOwnerDied).
//
// A *Lock is this process's handle; all handles of one lock in a process are the
// same. It must not be copied. IRIX: ulock_t.
type Lock struct {
	_ noCopy
	// An uncontended lock changes the word from free to fast and an unlock back.
	// Where more is to be done (the lock is metered, it was freed) both are words
	// that it never holds, so that the slow way finds out.
	word       *atomic.Uint32
	free, fast uint32
	m          mutex
	race       raceMark

	r      robust.Record
	head   layout.ObjectHead
	meter  *layout.Gauge // nil unless the arena's lock type asks for it
	dead   atomic.Uint32 // the word of a lock that was freed
	report bool
}

// Words that no lock ever holds.
const (
	neverFree uint32 = 0xffff_fffe
	neverMine uint32 = 0xffff_fffc
)

// NewLock makes a lock, free, in the arena. It belongs to the arena and stays
// until Free. With config.Debug it is metered and names its owner; with
// config.DebugPlus misuse is reported as well, see OnMisuse. ErrNoSpace when the
// arena is full. IRIX: usnewlock.
func NewLock(a *arena.Arena) (*Lock, error) { return newLock(a, 0) }

// NewKeptLock makes a lock that an owner keeps when it exits, as on IRIX:
// whoever releases it must be another process that knows. Recovery leaves it
// alone. Package us makes such locks with CONF_ROBUST off.
func NewKeptLock(a *arena.Arena) (*Lock, error) { return newLock(a, layout.OptionKept) }

func newLock(a *arena.Arena, options uint64) (_ *Lock, err error) {
	const op = "new lock"
	s, err := enter(a, op)
	if err != nil {
		return nil, err
	}
	defer s.t.End(op, &err, fault.Arm())
	options |= lockOptions(s.t.Region().Header().LockType)
	return newObject(s, op, layout.LockObject, options, nil, lockFrom)
}

// LockAt is the lock at off, in any process. ErrNotAllocated, ErrWrongObject.
func LockAt(a *arena.Arena, off arena.Offset) (*Lock, error) {
	return objectAt(a, "lock at", off, layout.LockObject, lockFrom)
}

func lockFrom(s *space, r robust.Record, head layout.ObjectHead) *Lock {
	return handleOf(s, r, head, func() *Lock {
		l := &Lock{r: r, head: head, word: &r.Lock, free: layout.LockFree, fast: s.t.Me()}
		l.m = mutex{s: s, spin: spinner{short: true}, word: &r.Lock, late: &r.Flags, off: r.Off, kept: head.Options()&layout.OptionKept != 0}
		if head.Options()&layout.OptionMeter != 0 {
			l.meter, l.free, l.fast = r.Gauge(), neverFree, neverMine
		}
		l.m.r, l.m.head = r, head
		l.report = head.Options()&layout.OptionTell != 0
		return l
	})
}

// Lock takes the lock and waits for it if it must. ErrOwnerDied: the previous
// owner died holding it; the caller HOLDS it, repairs what it protects, and calls
// Recovered. Without the lock: ErrNotRecoverable, ErrClosed, the context's error.
// A holder that is stopped lives: only the context ends the wait then. IRIX:
// ussetlock.
func (l *Lock) Lock(ctx context.Context) error {
	if (endless(ctx) || ctx.Err() == nil) && l.word.CompareAndSwap(l.free, l.fast) { // model: L1
		l.race.acquire()
		return nil
	}
	return l.lockSlow(ctx)
}

// Held says that the caller of Lock holds the lock: err is nil or ErrOwnerDied.
func Held(err error) bool { return err == nil || errors.Is(err, ErrOwnerDied) }

func (l *Lock) lockSlow(ctx context.Context) (err error) {
	const op = "lock"
	t, err := l.m.begin(op)
	if err != nil {
		return err
	}
	defer t.End(op, &err, fault.Arm())
	l.tried()
	died, spun, err := l.m.acquire(ctx, op, layout.Waiting)
	l.took(spun, err == nil)
	if err != nil {
		return err
	}
	l.race.acquire()
	if died {
		return ownerDied(op, t, l.r.Off)
	}
	return nil
}

// TryLock takes the lock if it is free, or becomes so within spins further looks.
// 0 is one try; it never sleeps. (true, ErrOwnerDied) for a lock whose owner
// died. IRIX: uscsetlock.
func (l *Lock) TryLock(spins int) (_ bool, err error) {
	if l.word.CompareAndSwap(l.free, l.fast) {
		l.race.acquire()
		return true, nil
	}
	const op = "try lock"
	t, err := l.m.begin(op)
	if err != nil {
		return false, err
	}
	defer t.End(op, &err, fault.Arm())
	l.tried()
	for i := 0; ; i++ {
		taken, died, seen := t.Take(l.word, 0)
		if layout.LockLost(seen) {
			l.took(1, false)
			return false, t.Lost(op, l.r.Off)
		}
		if !taken && i >= spins && !l.m.kept && l.m.mayAsk() && t.Steal(l.word, seen) {
			taken, died = true, true
		}
		if !taken && i < spins {
			if i%1000 == 999 {
				runtime.Gosched()
			}
			continue
		}
		spun := 0
		if !taken {
			spun = 1
		}
		l.took(spun, taken)
		if !taken {
			return false, nil
		}
		l.race.acquire()
		if died {
			return true, ownerDied(op, t, l.r.Off)
		}
		return true, nil
	}
}

// Unlock gives the lock up and wakes one that waits. ErrNotOwner and ErrNotLocked
// change nothing. After ErrOwnerDied and without Recovered, the lock becomes
// ErrNotRecoverable for all. IRIX: usunsetlock, but for the owner's check; see
// Release.
func (l *Lock) Unlock() error {
	l.race.release()
	if l.word.CompareAndSwap(l.fast, layout.LockFree) { // model: U1
		if l.m.gate.state.Load() != 0 {
			l.m.gate.tell() // model: U4
		}
		return nil
	}
	return l.unlockSlow()
}

func (l *Lock) unlockSlow() (err error) {
	const op = "unlock"
	t, err := l.m.begin(op)
	if err != nil {
		return err
	}
	defer t.End(op, &err, fault.Arm())
	l.disowned()
	return l.noted(l.m.release(op))
}

// Release gives the lock up whoever holds it: one process may hand a locked lock
// to another, which releases it. The owner's own Release forgets a death before it;
// another's is as Unlock, also where the owner has died and nobody has noticed: then
// nobody is told. ErrNotLocked if nobody holds it. A process that waits for a lock of its own is told of a release
// by another one within a moment, not at once. IRIX: usunsetlock.
func (l *Lock) Release() (err error) {
	const op = "release"
	l.race.release()
	if l.word.CompareAndSwap(l.fast, layout.LockFree) {
		if l.m.gate.state.Load() != 0 {
			l.m.gate.tell()
		}
		return nil
	}
	t, err := l.m.begin(op)
	if err != nil {
		return err
	}
	defer t.End(op, &err, fault.Arm())
	if t.Consistent(l.word, op, l.r.Off) == nil {
		l.disowned()
		return l.m.release(op)
	}
	if w := l.word.Load(); l.report && w&layout.LockOwner != 0 && !layout.LockLost(w) {
		l.misuse(errs.Wrap(errs.NotOwner, op, "%s: lock at %#x is held by user %d", t.Name(), l.r.Off, layout.LockSlot(w)))
	}
	err = l.noted(t.GiveAny(l.word, op, l.r.Off))
	l.m.told()
	return err
}

// Recovered says that what an owner's death left half done is repaired: the next
// owner is not told any more. ErrNotOwner, ErrNotLocked.
func (l *Lock) Recovered() (err error) {
	const op = "recovered"
	t, err := l.m.begin(op)
	if err != nil {
		return err
	}
	defer t.End(op, &err, fault.Arm())
	return t.Consistent(l.word, op, l.r.Off)
}

// Do locks, calls f, and unlocks, also when f panics. died says that the previous
// owner died inside: if f returns nil then, the lock counts as recovered, else
// it is ErrNotRecoverable from then on.
func (l *Lock) Do(ctx context.Context, f func(died bool) error) (err error) {
	err = l.Lock(ctx)
	if !Held(err) {
		return err
	}
	died := err != nil
	defer func() { err = errors.Join(err, l.Unlock()) }()
	if err = f(died); err == nil && died {
		err = l.Recovered()
	}
	return err
}

// Free frees the lock, also one that the caller holds. Who still uses it, in any
// process, uses what is made in its place. ErrNotAllocated if it was freed
// already. IRIX: usfreelock.
func (l *Lock) Free() (err error) {
	const op = "free lock"
	t, err := l.m.begin(op)
	if err != nil {
		return err
	}
	defer t.End(op, &err, fault.Arm())
	if err := t.Free(op, l.r, l.head); err != nil {
		return err
	}
	l.m.freed.Store(true)
	l.dead.Store(^uint32(0))
	l.word, l.free, l.fast = &l.dead, neverFree, neverMine
	l.m.gate.tellAll()
	return nil
}

// Init makes the lock as new: free, nothing counted. Nobody may use it meanwhile.
// IRIX: usinitlock.
func (l *Lock) Init() (err error) {
	const op = "init lock"
	t, err := l.m.begin(op)
	if err != nil {
		return err
	}
	defer t.End(op, &err, fault.Arm())
	if l.meter != nil {
		l.meter.Reset(0)
		l.meter.OwnerPid.Store(0)
	}
	l.word.Store(layout.LockFree)
	l.m.shut() // whoever waits looks again
	return nil
}

// Offset is where the lock is, for LockAt in any process.
func (l *Lock) Offset() arena.Offset { return l.r.Off }

// shut wakes this process's waiters, because the arena closes.
func (l *Lock) shut() { l.m.shut() }

// Owner is the user that holds the lock; false if nobody does.
func (l *Lock) Owner() (info.User, bool) {
	t, err := l.m.begin("owner")
	if err != nil {
		return info.User{}, false
	}
	defer t.End("owner", nil, fault.Arm())
	return userOf(t, l.word.Load())
}

package sync

import (
	"usarena/arena"
	"usarena/internal/errs"
	"usarena/internal/fault"
	"usarena/internal/layout"
)

// ref is an object's offset and a part of its generation: 8 bytes that may be
// stored in the arena. A ref to an object that was freed leads nowhere, even
// after another was made in its place.
type ref struct{ word uint64 }

func makeRef(off arena.Offset, h layout.ObjectHead) ref { return ref{layout.RefWord(off, h.Gen())} }

// at finds the object; offset 0 is nil.
func (r ref) at(a *arena.Arena, op string, kind layout.ObjectKind) (_ arena.Offset, err error) {
	off, gen := layout.RefOffset(r.word), layout.RefGen(r.word)
	if r.word == 0 {
		return 0, errs.Wrap(errs.NotAllocated, op, "%s: this refers to no %s", a.Name(), kind)
	}
	s, err := enter(a, op)
	if err != nil {
		return 0, err
	}
	defer s.t.End(op, &err, fault.Arm())
	_, h, err := s.t.Find(op, off, kind)
	if err != nil {
		return 0, err
	}
	if h.Gen() != gen {
		return 0, errs.Wrap(errs.NotAllocated, op, "%s: the %s at %#x that this refers to was freed", a.Name(), kind, off)
	}
	return off, nil
}

// LockRef refers to a Lock from within the arena: 8 bytes, comparable. The zero
// LockRef refers to none. So do the other Ref types.
type LockRef ref

// Ref is what structs in the arena store to refer to the lock.
func (l *Lock) Ref() LockRef { return LockRef(makeRef(l.r.Off, l.head)) }

// In is this process's handle. ErrNotAllocated, ErrWrongObject.
func (r LockRef) In(a *arena.Arena) (*Lock, error) {
	off, err := ref(r).at(a, "lock ref", layout.LockObject)
	if err != nil {
		return nil, err
	}
	return LockAt(a, off)
}

// SemaRef refers to a Sema, as LockRef does to a Lock.
type SemaRef ref

// Ref is what structs in the arena store to refer to the semaphore.
func (s *Sema) Ref() SemaRef { return SemaRef(makeRef(s.r.Off, s.head)) }

// In is this process's handle. ErrNotAllocated, ErrWrongObject.
func (r SemaRef) In(a *arena.Arena) (*Sema, error) {
	off, err := ref(r).at(a, "sema ref", layout.SemaObject)
	if err != nil {
		return nil, err
	}
	return SemaAt(a, off)
}

// PollSemaRef refers to a PollSema, as LockRef does to a Lock.
type PollSemaRef ref

// Ref is what structs in the arena store to refer to the semaphore.
func (p *PollSema) Ref() PollSemaRef { return PollSemaRef(makeRef(p.r.Off, p.head)) }

// In is this process's handle. ErrNotAllocated, ErrWrongObject.
func (r PollSemaRef) In(a *arena.Arena) (*PollSema, error) {
	off, err := ref(r).at(a, "pollsema ref", layout.PollSemaObject)
	if err != nil {
		return nil, err
	}
	return PollSemaAt(a, off)
}

// BarrierRef refers to a Barrier, as LockRef does to a Lock.
type BarrierRef ref

// Ref is what structs in the arena store to refer to the barrier.
func (b *Barrier) Ref() BarrierRef { return BarrierRef(makeRef(b.r.Off, b.head)) }

// In is this process's handle. ErrNotAllocated, ErrWrongObject.
func (r BarrierRef) In(a *arena.Arena) (*Barrier, error) {
	off, err := ref(r).at(a, "barrier ref", layout.BarrierObject)
	if err != nil {
		return nil, err
	}
	return BarrierAt(a, off)
}

// RWLockRef refers to a RWLock, as LockRef does to a Lock.
type RWLockRef ref

// Ref is what structs in the arena store to refer to the lock.
func (l *RWLock) Ref() RWLockRef { return RWLockRef(makeRef(l.m.off, l.m.head)) }

// In is this process's handle. ErrNotAllocated, ErrWrongObject.
func (r RWLockRef) In(a *arena.Arena) (*RWLock, error) {
	off, err := ref(r).at(a, "rwlock ref", layout.RWLockObject)
	if err != nil {
		return nil, err
	}
	return RWLockAt(a, off)
}

// ConditionRef refers to a Condition, as LockRef does to a Lock.
type ConditionRef ref

// Ref is what structs in the arena store to refer to the condition.
func (c *Condition) Ref() ConditionRef { return ConditionRef(makeRef(c.r.Off, c.head)) }

// In is this process's handle. ErrNotAllocated, ErrWrongObject.
func (r ConditionRef) In(a *arena.Arena) (*Condition, error) {
	off, err := ref(r).at(a, "condition ref", layout.ConditionObject)
	if err != nil {
		return nil, err
	}
	return ConditionAt(a, off)
}

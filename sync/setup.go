package sync

import (
	"context"
	"reflect"
	"sync/atomic"

	"usarena/arena"
	"usarena/internal/errs"
	"usarena/internal/fault"
	"usarena/internal/layout"
	"usarena/internal/region"
)

// setupOff names the lock of the header in what users are told to wait for.
const setupOff = layout.SetupOff

// Setup makes the first datum, once: the first process to come allocates a zeroed
// T, has f initialise it, and publishes it; the others wait and get the same. If
// the one that is at it dies, another begins anew. f's error is returned to the
// one that called it, and the next one tries. Other errors as arena.New,
// arena.Root and Lock.Lock. Nobody else should set the first datum meanwhile.
func Setup[T any](ctx context.Context, a *arena.Arena, f func(*T) error) (_ arena.Ptr[T], err error) {
	s, err := enter(a, "setup")
	if err != nil {
		return arena.Ptr[T]{}, err
	}
	defer s.t.End("setup", &err, fault.Arm())
	// Not by arena.Root: it panics once Close has begun, which may be now.
	root := &s.t.Region().Header().Root
	if p, err := arena.At[T](a, root.Load()); err != nil || p.Offset() != 0 {
		return p, err
	}
	m := s.setup()
	if _, _, err := m.acquire(ctx, "setup", layout.Waiting); err != nil {
		return arena.Ptr[T]{}, err
	}
	defer m.release("setup")
	if err := s.t.Consistent(m.word, "setup", m.off); err != nil { // what a dead one has begun is no part of ours
		return arena.Ptr[T]{}, err
	}
	if p, err := arena.At[T](a, root.Load()); err != nil || p.Offset() != 0 {
		return p, err
	}
	return makeRoot(a, s.t.Region(), f)
}

// makeRoot makes the root; the caller is the only one.
func makeRoot[T any](a *arena.Arena, g *region.Region, f func(*T) error) (arena.Ptr[T], error) {
	p, err := arena.New[T](a)
	if err != nil {
		return p, err
	}
	published := false
	defer func() {
		if !published {
			p.Free(a) // also when f panics
		}
	}()
	// Nor by p.In.
	at := (*T)(g.Pointer(p.Offset(), uint64(reflect.TypeFor[T]().Size())))
	if at == nil {
		return arena.Ptr[T]{}, errs.Wrap(errs.OutsideWindow, "setup", "%s: %#x", a.Name(), p.Offset())
	}
	if err := f(at); err != nil {
		return arena.Ptr[T]{}, err
	}
	root := &g.Header().Root
	if published = root.CompareAndSwap(0, p.Offset()); !published {
		return arena.At[T](a, root.Load())
	}
	return p, nil
}

// setup is the lock word of the header, with this process's queue.
func (s *space) setup() *mutex {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.setupLock == nil {
		s.setupLock = &mutex{s: s, word: &s.t.Region().Header().Setup, late: new(atomic.Uint32), off: setupOff}
	}
	return s.setupLock
}

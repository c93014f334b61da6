package sync

import (
	"usarena/arena"
	"usarena/internal/fault"
	"usarena/internal/layout"
	"usarena/internal/robust"
)

// noCopy makes vet report copies of what contains it.
type noCopy struct{}

func (*noCopy) Lock()   {}
func (*noCopy) Unlock() {}

// from makes this process's handle of an object, or finds it.
type from[H any] func(*space, robust.Record, layout.ObjectHead) H

// newObject makes an object. Between Enter and Leave.
func newObject[H any](s *space, op string, kind layout.ObjectKind, options uint64, init func(robust.Record), handle from[H]) (h H, err error) {
	r, err := s.t.Make(op, kind, options, 0, init)
	if err != nil {
		return h, err
	}
	return inTime(s, op, handle(s, r, layout.ObjectHead(r.Head.Load())))
}

// plainObject makes an object without options or a beginning of its own.
func plainObject[H any](a *arena.Arena, op string, kind layout.ObjectKind, handle from[H]) (h H, err error) {
	s, err := enter(a, op)
	if err != nil {
		return h, err
	}
	defer s.t.End(op, &err, fault.Arm())
	return newObject(s, op, kind, 0, nil, handle)
}

// objectAt is the handle of the object of a kind at off.
func objectAt[H any](a *arena.Arena, op string, off arena.Offset, kind layout.ObjectKind, handle from[H]) (h H, err error) {
	s, err := enter(a, op)
	if err != nil {
		return h, err
	}
	defer s.t.End(op, &err, fault.Arm())
	r, head, err := s.t.Find(op, off, kind)
	if err != nil {
		return h, err
	}
	return inTime(s, op, handle(s, r, head))
}

// inTime refuses a handle that was made while the arena was lost: its word may be
// memory of this process only.
func inTime[H any](s *space, op string, h H) (H, error) {
	if err := s.t.Region().Lost(op); err != nil {
		var none H
		return none, err
	}
	return h, nil
}

// enter begins a call on an arena's objects; the caller leaves the table.
func enter(a *arena.Arena, op string) (*space, error) {
	s, err := spaceOf(a)
	if err != nil {
		return nil, err
	}
	return s, s.t.Enter(op)
}

// handleOf is this process's handle of an object: the one that is there, or what
// mk makes.
func handleOf[H interface{ shut() }](s *space, r robust.Record, head layout.ObjectHead, mk func() H) H {
	return s.t.Handle(r, head.Gen(), func() robust.Handle { return ends[H]{mk()} }).(ends[H]).handle
}

// ends ends the waits at a handle when the arena closes. That is no call for
// users of the handle.
type ends[H interface{ shut() }] struct{ handle H }

func (e ends[H]) Shut() { e.handle.shut() }

package arena

import (
	"usarena/internal/errs"
	"usarena/internal/layout"
)

var errCell error = errs.Wrap(errs.Invalid, "store", "a Cell holds blocks, and those begin at multiples of %d", layout.CellUnit)

// PutInfo sets the first datum: the one cell by which users find everything
// else. It panics with ErrClosed or ErrReadOnly. IRIX: usputinfo.
func (a *Arena) PutInfo(v Offset) {
	a.mustChange("put info", func() { a.region.Header().Root.Store(v) })
}

// GetInfo is the first datum, 0 in a new arena. Whatever was written before it
// was put is seen. It panics with ErrClosed. IRIX: usgetinfo.
func (a *Arena) GetInfo() (v Offset) {
	a.mustGuard("get info", func() { v = a.region.Header().Root.Load() })
	return v
}

// CasInfo sets the first datum to new if it is old. Unlike IRIX's uscasinfo it
// never fails spuriously. It panics with ErrClosed or ErrReadOnly.
func (a *Arena) CasInfo(old, new Offset) (ok bool) {
	a.mustChange("cas info", func() { ok = a.region.Header().Root.CompareAndSwap(old, new) })
	return ok
}

// mustChange is mustGuard for calls that change something.
func (a *Arena) mustChange(op string, f func()) {
	a.mustGuard(op, func() {
		if a.slot == 0 {
			panic(a.readOnlyError(op))
		}
		f()
	})
}

// usable is what is in the way of changing the arena, if anything.
func (a *Arena) usable(op string) error {
	if a.gate.closed() {
		return a.closedError(op)
	}
	if a.slot == 0 {
		return a.readOnlyError(op)
	}
	return nil
}

// Root is the first datum as a typed pointer, checked as At does; nil when there
// is none yet. It panics with ErrClosed as GetInfo does.
func Root[T any](a *Arena) (Ptr[T], error) { return At[T](a, a.GetInfo()) }

// CasRoot sets the first datum to new if it is old, as CasInfo.
func CasRoot[T any](a *Arena, old, new Ptr[T]) bool { return a.CasInfo(old.off, new.off) }

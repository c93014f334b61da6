package sync_test

import (
	"testing"
	"unsafe"

	"usarena/arena"
	"usarena/internal/layout"
	"usarena/internal/robust"
)

// object is what lies at off: tests look at words that no call shows, and put
// them where years of use or a death would.
func object(t testing.TB, a *arena.Arena, off arena.Offset) *layout.Object {
	t.Helper()
	table, err := a.Objects()
	must(t, err)
	o := objectAt(table, off)
	if o == nil {
		t.Fatalf("no object at %#x", off)
	}
	return o
}

func objectAt(t *robust.Table, off arena.Offset) *layout.Object {
	return (*layout.Object)(unsafe.Pointer(t.Region().Pointer(off, layout.ObjectSize)))
}

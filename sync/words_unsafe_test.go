package sync_test

import (
	"testing"
	"unsafe"

	"usarena/arena"
	"usarena/internal/layout"
)

// object is what lies at off: tests look at words that no call shows, and put
// them where years of use or a death would.
func object(t testing.TB, a *arena.Arena, off arena.Offset) *layout.Object {
	t.Helper()
	table, err := a.Objects()
	must(t, err)
	p := table.Region().Pointer(off, layout.ObjectSize)
	if p == nil {
		t.Fatalf("no object at %#x", off)
	}
	return (*layout.Object)(unsafe.Pointer(p))
}

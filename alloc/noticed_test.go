package alloc

import "testing"

// What is noticed last is taken first, each once; what was pushed out is lost.
func TestNoticed(t *testing.T) {
	var n noticed
	if p, ok := n.take(); ok {
		t.Errorf("page %d was never noticed", p)
	}
	most := uint64(len(n.ring))
	for p := range most + 3 {
		n.add(p)
	}
	for want := most + 2; want >= 3; want-- {
		if p, ok := n.take(); !ok || p != want {
			t.Errorf("got %d %v, want %d", p, ok, want)
		}
	}
	if p, ok := n.take(); ok {
		t.Errorf("page %d is left", p)
	}
}

//go:build linux && amd64

package steps

import (
	"reflect"
	"strings"
	"testing"

	"usarena/internal/layout"
)

// TestWatch: every zone of an arena is watched, also one that this package has
// not heard of.
func TestWatch(t *testing.T) {
	g, err := layout.Plan(3<<20, 8)
	if err != nil {
		t.Fatal(err)
	}
	w := &watch{geo: g, mem: make([]byte, g.FileSize(0))}
	w.mem[committedAt] = 10
	w.place()
	v := reflect.ValueOf(g)
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		if !strings.HasSuffix(name, "Off") || name == "HeapsOff" || name == "GuardOff" || name == "DataOff" {
			continue // not in use, not mapped, users' own
		}
		at, watched := v.Field(i).Uint(), false
		for _, p := range w.parts {
			watched = watched || p.off <= at && at < p.end
		}
		if !watched {
			t.Errorf("nobody looks at the zone that begins at %s", name)
		}
	}
}

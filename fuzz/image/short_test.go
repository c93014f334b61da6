package image_test

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"usarena/arena"
	"usarena/info"
	"usarena/internal/layout"
)

// TestTruncated cuts every base short, at and beside every border of a zone.
func TestTruncated(t *testing.T) {
	name := fileName()
	t.Cleanup(func() { os.Remove(name) })
	for _, whole := range bases() {
		g, f := &whole.g, whole.clone()
		var cuts []uint64
		for _, at := range []uint64{8, 100, layout.HeaderSize, g.UsersOff, g.LedgersOff, g.LanesOff, g.HeapsOff, g.RegionsOff, g.StatesOff, g.BitsOff,
			g.GuardOff, g.DataOff, g.DataOff + layout.PageSize, whole.size &^ layout.PageMask, whole.size} {
			cuts = append(cuts, at-1, at, at+1, at+layout.PageSize)
		}
		for _, f.size = range cuts {
			if f.size < 8 || f.size >= whole.size {
				continue
			}
			if err := f.write(name); err != nil {
				t.Fatal(err)
			}
			for how, open := range map[string]func(string) (*arena.Arena, error){"Join": arena.Join, "OpenReadOnly": arena.OpenReadOnly} {
				a, err := open(name)
				if err == nil {
					a.Close()
				}
				if !errors.Is(err, arena.ErrTruncated) {
					t.Errorf("%s of %s cut to %d of %d bytes: %v", how, whole.name, f.size, whole.size, err)
				}
			}
			r, err := info.Check(name)
			if err != nil || r.Clean || !strings.Contains(r.Findings[0].Kind, info.KindTruncated) {
				t.Errorf("Check of %s cut to %d of %d bytes: %+v, %v", whole.name, f.size, whole.size, r, err)
			}
		}
	}
}

// TestNobodyIsFooled lets a child hang, die and panic: the verdict must say so,
// and the next input must find a working child.
func TestNobodyIsFooled(t *testing.T) {
	n := nurse{}
	t.Cleanup(n.end)
	for act, want := range map[string]string{"hang": "no answer", "die": "signal: killed", "panic": "as told"} {
		n.patience, n.last = 20*time.Second, 20*time.Second
		if act == "hang" {
			n.patience, n.last = 50*time.Millisecond, 100*time.Millisecond
		}
		if _, err := n.try(bases()[0], request{Act: act}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", act, err, want)
		}
		n.patience, n.last = 20*time.Second, 20*time.Second
		if _, err := n.try(bases()[0], request{}); err != nil {
			t.Errorf("after %s: %v", act, err)
		}
	}
	if _, err := os.Stat(fileName()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file is left: %v", err)
	}
}

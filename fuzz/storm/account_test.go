package storm

import (
	"testing"
	"time"

	"usarena/arena"
	"usarena/info"
)

// finish ends all members and accounts for every block.
func (c *crew) finish() {
	t, a := c.t, c.a
	t.Helper()
	c.b.Stop.Store(1)
	for _, m := range c.members {
		m.mustEnd(t)
	}
	for i := range c.b.Table {
		if e := entry(c.b.Table[i].Load()); e != 0 {
			if err := intact(a, e); err != nil {
				t.Error(err)
			}
			if err := a.Free(e.off()); err != nil {
				t.Error(err)
			}
		}
	}
	allocs, full := uint64(0), uint64(0)
	for i := range c.b.Lanes[:len(c.members)*c.threads] {
		allocs, full = allocs+c.b.Lanes[i].Allocs.Load(), full+c.b.Lanes[i].Full.Load()
	}
	if _, err := a.Recover(t.Context()); err != nil {
		t.Error(err)
	}
	if allocs == 0 {
		t.Error("nothing was allocated")
	}
	if n := a.Stats().UsersLive; n != 1 {
		t.Errorf("%d users are left, want the parent alone", n)
	}
	orphans, others := c.collect()
	t.Logf("%d kills, %d blocks allocated, %d refusals, left behind: %d orphans, %d others", c.kills, allocs, full, orphans, others)
	if others > 0 {
		t.Errorf("%d blocks are left that no dead user had", others)
	}
	a.PutInfo(0)
	if err := c.root.Free(a); err != nil {
		t.Error(err)
	}
	wantEmpty(t, a)
}

// collect frees what is left: what was in the hands of the killed.
func (c *crew) collect() (orphans, others int) {
	c.t.Helper()
	var left []info.Block
	for b, err := range info.Walk(c.a.Name()) {
		if err != nil {
			c.t.Fatal(err)
		}
		if b.Offset != c.root.Offset() {
			left = append(left, b)
		}
	}
	lost := map[arena.Offset]bool{}
	for e := range c.lost {
		lost[e.off()] = true
	}
	for _, b := range left {
		if c.private && (b.Orphan || b.Kind == "large") {
			c.t.Errorf("a dead user's block was not freed: %+v", b)
		}
		switch {
		case b.Orphan:
			orphans++
		case !lost[b.Offset]:
			others++
		}
		if err := c.a.Free(b.Offset); err != nil {
			c.t.Error(err)
		}
	}
	return orphans, others
}

// wantEmpty allocates all that the arena has as one block, so that nothing can
// be missing, and frees it. Others may take a moment to give up what they hold.
func wantEmpty(t *testing.T, a *arena.Arena) {
	t.Helper()
	s := a.Stats()
	if s.LiveBytes != 0 {
		t.Errorf("%d bytes are allocated, want none", s.LiveBytes)
	}
	p := wholeBlock(t, a, s.FreeBytes)
	if left := a.Stats().FreeBytes; left != 0 {
		t.Errorf("%d bytes are free beside one block of everything", left)
	}
	if err := a.Free(p); err != nil {
		t.Error(err)
	}
	wantClean(t, "empty", a)
}

// wholeBlock waits until n bytes can be allocated.
func wholeBlock(t *testing.T, a *arena.Arena, n uint64) (p arena.Offset) {
	t.Helper()
	var err error
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		if p, err = a.Malloc(n); err == nil {
			return p
		}
		if time.Now().After(end) {
			t.Fatalf("watchdog: %d bytes in one block: %v; %+v", n, err, a.Stats())
		}
	}
}

package storm

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"usarena/arena"
	"usarena/config"
	"usarena/info"
	"usarena/internal/worker"
)

// TestDeathLeavesOthersBlocks: the death of a process that allocated beside a
// living process's blocks, in a span which that one had given up, neither lists
// these blocks as orphans nor frees them. Its own block there is known all the
// same: it becomes an orphan, or is freed.
func TestDeathLeavesOthersBlocks(t *testing.T) {
	for _, reclaim := range []bool{false, true} {
		a := newArena(t, config.Config{Size: 64 << 20, NoAutoGrow: true, ReclaimOnDeath: reclaim})
		mine, err := a.Malloc(64)
		if err != nil {
			t.Fatal(err)
		}
		until(t, "the span of a process at rest is given up", nil, func() bool { return !owned(t, a, mine) })
		guest := launch(t, "guest", a.Name())
		var its arena.Offset
		guest.mustHear(t, &its)
		if its&^4095 != mine&^4095 {
			t.Fatalf("the guest got %#x, not from the span of %#x", its, mine)
		}
		guest.kill()
		if got, err := a.Recover(t.Context()); err != nil || got.Users != 1 {
			t.Fatalf("%+v, %v", got, err)
		}
		if b := blockAt(t, a, mine); b.Size == 0 {
			t.Errorf("ReclaimOnDeath %v: a block of a living process was freed", reclaim)
		} else if b.Orphan {
			t.Errorf("ReclaimOnDeath %v: a block of a living process is listed as an orphan", reclaim)
		}
		if b := blockAt(t, a, its); b.Orphan == reclaim || (b.Size == 0) != reclaim {
			t.Errorf("ReclaimOnDeath %v: the dead process's block in a shared span is %+v", reclaim, b)
		}
	}
}

// TestDeathAfterGivingUp: blocks in a span that their owner had given up, and
// that nobody has used since, are still its own when it dies.
func TestDeathAfterGivingUp(t *testing.T) {
	for _, reclaim := range []bool{false, true} {
		a := newArena(t, config.Config{NoAutoGrow: true, ReclaimOnDeath: reclaim}) // small: nothing is kept between calls
		guest := launch(t, "guest", a.Name())
		var its arena.Offset
		guest.mustHear(t, &its)
		guest.kill()
		if got, err := a.Recover(t.Context()); err != nil || got.Users != 1 {
			t.Fatalf("%+v, %v", got, err)
		}
		if b := blockAt(t, a, its); b.Orphan == reclaim || (b.Size == 0) != reclaim {
			t.Errorf("ReclaimOnDeath %v: the dead process's block is %+v", reclaim, b)
		}
	}
}

// TestKillReclaim kills where recovery frees what the dead had: that and nothing
// else, so the members keep their blocks to themselves.
func TestKillReclaim(t *testing.T) {
	a := newArena(t, config.Config{Size: 64 << 20, NoAutoGrow: true, Users: 8, ReclaimOnDeath: true})
	c := newCrew(t, a, 4, 2, sizes{Most: 64 << 10, Large: 1 << 20, Every: 100})
	for range (*rounds + 1) / 2 {
		c.round()
	}
	c.finish()
}

// owned says that a live heap has the span that a block lies in.
func owned(t *testing.T, a *arena.Arena, off arena.Offset) bool {
	t.Helper()
	var b strings.Builder
	if err := info.Dump(&b, a.Name()); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(b.String()) {
		if strings.Contains(line, fmt.Sprintf(" %#010x ", off&^4095)) {
			return strings.Contains(line, " heap ")
		}
	}
	t.Fatalf("no span at %#x in\n%s", off, b.String())
	return false
}

// blockAt is the block at off; the zero Block if none is there.
func blockAt(t *testing.T, a *arena.Arena, off arena.Offset) info.Block {
	t.Helper()
	for b, err := range info.Walk(a.Name()) {
		if err != nil {
			t.Fatal(err)
		}
		if b.Offset == off {
			return b
		}
	}
	return info.Block{}
}

func init() {
	// guest allocates one block and waits for its end, without ever resting long
	// enough to give its spans up.
	role("guest", func(w *worker.Side) error {
		w.Follow()
		var name string
		if err := w.Spec(&name); err != nil {
			return err
		}
		a, err := arena.Join(name)
		if err != nil {
			return err
		}
		p, err := a.Malloc(64)
		if err != nil {
			return err
		}
		for told := false; ; time.Sleep(time.Millisecond) {
			q, err := a.Malloc(64)
			if err == nil {
				err = a.Free(q)
			}
			if err == nil && !told {
				told, err = true, w.Tell(p)
			}
			if err != nil {
				return err
			}
		}
	})
}

package arena_test

import (
	"errors"
	"strconv"
	"testing"

	"usarena/arena"
	"usarena/config"
	"usarena/info"
)

// busyOrGone says that somebody else was faster at a cell.
func busyOrGone(err error) bool {
	return errors.Is(err, arena.ErrBusy) || errors.Is(err, arena.ErrDoubleFree) || errors.Is(err, arena.ErrNotAllocated)
}

// orphans are the blocks that a lists, by their offsets.
func orphans(a *arena.Arena) map[arena.Offset]info.User {
	m := map[arena.Offset]info.User{}
	for u, p := range a.Orphans() {
		m[p] = u
	}
	return m
}

// dead starts a process that allocates some blocks and kills it.
func dead(t *testing.T, a *arena.Arena) (slot int, blocks []arena.Offset) {
	t.Helper()
	c := start(t, "hold", a.Name())
	words := c.line(t)
	for _, w := range words[2:] {
		p, err := strconv.ParseUint(w, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		blocks = append(blocks, p)
	}
	for _, u := range a.Users() {
		if u.Pid == c.Process.Pid {
			slot = u.Slot
		}
	}
	c.kill(t)
	return slot, blocks
}

// TestOrphans: what a dead process had is told with its user, each block once,
// until it is settled; a recovery by somebody else makes no difference.
func TestOrphans(t *testing.T) {
	for what, cfg := range map[string]*config.Config{"small": nil, "large": {Size: 64 << 20}} {
		t.Run(what, func(t *testing.T) {
			a := mustCreate(t, t.TempDir()+"/a", cfg)
			mine := mustMalloc(t, a, 64)
			slot, blocks := dead(t, a)
			told := orphans(a)
			if len(told) != len(blocks) {
				t.Fatalf("%d orphans, the process had %d blocks: %v", len(told), len(blocks), told)
			}
			for _, p := range blocks {
				if u, ok := told[p]; !ok || u.Slot != slot || u.Gen == 0 || u.State != info.StateDead {
					t.Errorf("block %#x of slot %d is told as %+v, %v", p, slot, u, ok)
				}
			}
			s := a.Stats()
			if s.OrphanBytes == 0 || s.HeldBytes+s.KeptBytes+s.OrphanBytes != s.LiveBytes || s.LiveBytes+s.FreeBytes != s.Committed-meta(t, a) {
				t.Errorf("%+v", s)
			}
			// One is kept, one freed; the rest stays told, also when others
			// use what is left of the spans.
			if err := a.Keep(blocks[0]); err != nil {
				t.Error(err)
			}
			if err := a.Free(blocks[1]); err != nil {
				t.Error(err)
			}
			wantError(t, "kept twice", a.Keep(blocks[0]), arena.ErrInvalid)
			wantError(t, "keep what lives", a.Keep(mine), arena.ErrInvalid)
			wantError(t, "keep what was freed", a.Keep(blocks[1]), arena.ErrDoubleFree)
			var more []arena.Offset
			for range 200 {
				more = append(more, mustMalloc(t, a, 64), mustMalloc(t, a, 1000))
			}
			told = orphans(a)
			if len(told) != len(blocks)-2 || told[blocks[2]].Slot != slot || told[blocks[3]].Slot != slot {
				t.Errorf("left are %v, want %v of slot %d", told, blocks[2:], slot)
			}
			if err := a.Keep(blocks[3]); err != nil { // a large one
				t.Error(err)
			}
			for _, p := range append(more, blocks[0], blocks[2], blocks[3], mine) {
				if err := a.Free(p); err != nil {
					t.Errorf("%#x: %v", p, err)
				}
			}
			if n := len(orphans(a)); n != 0 {
				t.Errorf("%d orphans are left", n)
			}
			wantClean(t, a)
		})
	}
}

// meta is the metadata of what is committed.
func meta(t *testing.T, a *arena.Arena) uint64 {
	t.Helper()
	s := a.Stats()
	return s.Committed - (s.LiveBytes+s.FreeBytes)/4096*4096
}

// TestManyDead: users of one span die one after the other, and each block is told
// as its own user's; a span that seven others have blocks in takes no eighth.
func TestManyDead(t *testing.T) {
	a := mustCreate(t, t.TempDir()+"/a", &config.Config{Users: 4})
	want := map[arena.Offset]bool{}
	gens := map[uint16]bool{}
	for range 12 {
		_, blocks := dead(t, a)
		for _, p := range blocks {
			want[p] = true
		}
		if _, err := a.Recover(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	told := orphans(a)
	for p, u := range told {
		gens[u.Gen] = true
		if !want[p] {
			t.Errorf("%#x is told as %+v's and nobody had it", p, u)
		}
	}
	if len(told) != len(want) || len(gens) < 10 {
		t.Errorf("%d orphans of %d users told, %d blocks were left by 12", len(told), len(gens), len(want))
	}
	for p := range told {
		if err := a.Free(p); err != nil {
			t.Error(err)
		}
	}
	if n := a.Stats().LiveBytes; n != 0 {
		t.Errorf("%d bytes are left", n)
	}
	wantClean(t, a)
}

// TestReclaimEverywhere: with ReclaimOnDeath nothing of a dead user is left, in
// whosever spans it was.
func TestReclaimEverywhere(t *testing.T) {
	a := mustCreate(t, t.TempDir()+"/a", &config.Config{ReclaimOnDeath: true})
	mine := mustMalloc(t, a, 64)
	dead(t, a)
	if _, err := a.Recover(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(orphans(a)); n != 0 {
		t.Errorf("%d orphans", n)
	}
	if err := a.Free(mine); err != nil {
		t.Error(err)
	}
	if n := a.Stats().LiveBytes; n != 0 {
		t.Errorf("%d bytes are left", n)
	}
	wantClean(t, a)
}

package replay

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"usarena/arena"
	"usarena/config"
	"usarena/internal/scratch"
	"usarena/internal/trace"
	"usarena/internal/worker"
)

func TestMain(m *testing.M) {
	worker.Main()
	os.Exit(m.Run())
}

// file writes a trace and returns its path.
func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "t.rep")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// odd has every operation, sizes of 0, ids used again, and blocks that it
// leaves.
const odd = "5240010\n6\n15\n1\na 0 100\nm 1 4096 3000\na 2 0\nr 0 5000000\nr 3 40\nr 3 0\nf 3\nf 1\na 1 17\nr 2 70\nm 4 64 0\nr 0 1\nm 5 1048576 240000\nr 5 480000\nr 4 9\n"

func TestEveryOperationInSeveralProcesses(t *testing.T) {
	name := file(t, odd)
	for _, o := range []Options{{}, {Bare: true}, {Procs: 2, Threads: 2}, {Procs: 2, Apart: true}, {Procs: 2, Arena: "memfd:"}} {
		r, err := Run(t.Context(), o, name)
		if err != nil {
			t.Fatal(err)
		}
		if r.Trouble != "" || r.Verified == o.Bare || r.Ops != 15*max(o.Procs, 1) || r.Arenas == 2 != o.Apart || r.ArenaBytes == 0 {
			t.Errorf("%+v: %+v", o, r)
		}
	}
	if left, _ := filepath.Glob(scratch.Prefix("replay") + "*"); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
}

func TestFillAndDiffers(t *testing.T) {
	for n := range 41 {
		b := make([]byte, n)
		Fill(b, 0x0123456789abcdef)
		if at := Differs(b, 0x0123456789abcdef); at != -1 {
			t.Errorf("%d bytes: differ at %d untouched", n, at)
		}
		for i := range b {
			b[i] ^= 1
			if at := Differs(b, 0x0123456789abcdef); at != i {
				t.Errorf("%d bytes, byte %d changed: found %d", n, i, at)
			}
			b[i] ^= 1
		}
	}
	if key(1, 2, 3) == key(2, 2, 3) || key(1, 2, 3) == key(1, 3, 3) || key(1, 2, 3) == key(1, 2, 4) {
		t.Error("keys of different blocks are equal")
	}
}

// player0 plays the first n operations of a trace and returns the player.
func player0(t *testing.T, a *arena.Arena, text string, n int) *player {
	t.Helper()
	tr, err := trace.Read(strings.NewReader(text), "t.rep")
	if err != nil {
		t.Fatal(err)
	}
	p := players(a, tr, 1, 1, false)[0]
	all := p.ops
	p.ops = all[:n]
	if err := p.play(); err != nil {
		t.Fatal(err)
	}
	p.ops = all[n:]
	return p
}

// A byte that somebody else has written is noticed at the free, at the realloc,
// and at the end.
func TestChangedBytesAreNoticed(t *testing.T) {
	a, remove, err := scratch.Create("replay-test", config.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer remove()
	for what, text := range map[string]string{
		"free":    "100\n1\n2\n1\na 0 100\nf 0\n",
		"realloc": "200\n1\n2\n1\na 0 100\nr 0 200\n",
		"end":     "100\n1\n1\n1\na 0 100\n",
	} {
		p := player0(t, a, text, 1)
		a.Bytes(p.blocks[0].off, 100)[57] ^= 4
		err := p.play()
		if err == nil {
			err = p.finish()
		}
		content, ok := errors.AsType[*ContentError](err)
		if !ok || content.Offset != p.blocks[0].off+57 || content.Size != 100 {
			t.Errorf("%s: %v, want the changed byte", what, err)
		}
	}
}

// The sum of a replay tells trouble from what was done, and a full arena from
// both.
func TestSumNamesTrouble(t *testing.T) {
	a, remove, err := scratch.Create("replay-test", config.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer remove()
	o := Options{Procs: 1, Threads: 1}
	where := []place{{a, a.Stats()}}
	good := []outcome{{Start: 10, End: 110}}
	if r, err := sum(o, "t", 10, 5, good, where); err != nil || r.Trouble != "" || !r.Verified || r.NsPerOp != 10 {
		t.Errorf("%+v, %v", r, err)
	}
	where[0].before.LiveBytes = 64
	if r, err := sum(o, "t", 10, 5, good, where); err != nil || r.Verified || !strings.Contains(r.Trouble, "64 bytes") {
		t.Errorf("bytes that went missing: %+v, %v", r, err)
	}
	where[0].before = a.Stats()
	if r, err := sum(o, "t", 10, 5, []outcome{{Trouble: "bad byte"}}, where); err != nil || r.Verified || !strings.Contains(r.Trouble, "bad byte") {
		t.Errorf("%+v, %v", r, err)
	}
	if _, err := sum(o, "t", 10, 5, []outcome{{Trouble: "no room", Full: true}}, where); !errors.Is(err, ErrFull) {
		t.Errorf("%v, want ErrFull", err)
	}
}

func TestFailures(t *testing.T) {
	if _, err := Run(t.Context(), Options{}, file(t, "1\n1\n1\n1\nq\n")); !errors.Is(err, trace.ErrFormat) {
		t.Errorf("%v, want ErrFormat", err)
	}
	if _, err := Run(t.Context(), Options{Arena: file(t, odd)}, file(t, odd)); !errors.Is(err, arena.ErrNotArena) {
		t.Errorf("%v, want ErrNotArena", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Run(ctx, Options{}, file(t, odd)); err == nil {
		t.Error("a replay that was cancelled gave a result")
	}
}

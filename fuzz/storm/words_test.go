package storm

import (
	"os/exec"
	"sync/atomic"
	"testing"
	"time"

	"usarena/arena"
	"usarena/config"
	"usarena/internal/roles"
	"usarena/internal/testbin"
)

// sums are counted by everybody.
type sums struct {
	Pushed, Popped atomic.Uint64
	Value          atomic.Uint64 // changed by compare-and-swap
	Narrow         atomic.Uint32
	_              [4]byte
}

// TestWordSizes: processes with 32- and 64-bit words, the arena mapped elsewhere
// in each, share a list whose blocks each of them allocates and frees.
func TestWordSizes(t *testing.T) {
	defer func() {
		if t.Skipped() {
			roles.Skipped()
		}
	}()
	other := testbin.OtherWord(t)
	a := newArena(t, config.Config{MaxSize: 64 << 20, Users: 8, Share32: true})
	p, err := arena.New[sums](a)
	if err != nil {
		t.Fatal(err)
	}
	var team []*member
	for i := range 4 {
		spec := pusherSpec{Arena: a.Name(), Sums: p.Offset(), Seconds: *seconds, Seed: *seed + uint64(i)}
		if i < 2 {
			spec.Addr = 0x40000000 + uint64(i)<<28
		} else {
			spec.Skip = i << 20
		}
		use := func(cmd *exec.Cmd) error {
			if i%2 == 1 {
				cmd.Path = other
			}
			return nil
		}
		team = append(team, launch(t, "pusher", spec, use))
	}
	var got [4]pusherReport
	for range 2 * *seconds {
		time.Sleep(time.Second / 2)
		wantClean(t, "at work", a)
	}
	pushed, popped, added, foreign := uint64(0), uint64(0), uint64(0), uint64(0)
	bases, bits := map[uint64]bool{uint64(uintptr(a.Pointer(p.Offset()))) - p.Offset(): true}, map[int]int{}
	for i, m := range team {
		m.mustHear(t, &got[i])
		m.mustEnd(t)
		t.Logf("%+v", got[i])
		pushed, popped, added, foreign = pushed+got[i].Pushed, popped+got[i].Popped, added+got[i].Added, foreign+got[i].Others
		bases[got[i].Base], bits[got[i].Bits] = true, bits[got[i].Bits]+1
	}
	if len(bases) != 5 || bits[32] != 2 || bits[64] != 2 {
		t.Errorf("5 base addresses and 2 processes of each word size wanted: %v, %v", bases, bits)
	}
	rest, err := popAll(a, func(*node) {})
	if err != nil {
		t.Error(err)
	}
	popped += rest
	s := p.In(a)
	if pushed != popped || pushed == 0 || foreign == 0 {
		t.Errorf("%d pushed, %d popped, %d of these by another than the pusher", pushed, popped, foreign)
	}
	if s.Pushed.Load() != pushed || s.Popped.Load() != pushed-rest || s.Value.Load() != added || s.Narrow.Load() != uint32(added) {
		t.Errorf("counted %d, %d, %d, %d; done %d, %d, %d", s.Pushed.Load(), s.Popped.Load(), s.Value.Load(), s.Narrow.Load(), pushed, pushed-rest, added)
	}
	if err := p.Free(a); err != nil {
		t.Error(err)
	}
	wantEmpty(t, a)
}

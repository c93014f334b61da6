package repair_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"usarena/info"
	"usarena/internal/errs"
	"usarena/internal/layout"
	"usarena/internal/region"
	"usarena/internal/repair"
)

var seedFlag = flag.Uint64("repair.seed", 0, "seed of TestDamage, 0 the time")

var rounds = flag.Int("repair.rounds", 40, "damages that TestDamage makes of each sample")

// blocksIn are the allocated blocks of an arena.
func blocksIn(t testing.TB, m *memory, g layout.Geometry) (list []info.Block) {
	t.Helper()
	r, err := region.Over(m.bytes(), g, "memory")
	if err != nil {
		t.Fatal(err)
	}
	for b := range info.BlocksOf(r) {
		list = append(list, b)
	}
	return list
}

// spoil changes metadata of b at random, and says how. Data is left alone.
func spoil(b []byte, g *layout.Geometry, r *rand.Rand) (what string, out []byte) {
	zones := [][2]uint64{{0, layout.ConstSize}, {layout.ConstSize, layout.HeaderSize}, {g.UsersOff, g.LedgersOff}, {g.LanesOff, g.HeapsOff},
		{g.RegionsOff, g.StatesOff}, {g.StatesOff, g.BitsOff}, {g.BitsOff, g.TenantsOff}, {g.TenantsOff, g.GuardOff}}
	zone := func() [2]uint64 { return zones[[]int{0, 1, 2, 3, 4, 5, 5, 5, 5, 6, 6, 7}[r.IntN(12)]] }
	place := func() uint64 {
		z := zone()
		used := z[1] - z[0]
		if z[0] >= g.StatesOff { // most of these is beyond what exists
			used = max(8, used>>(r.IntN(6)))
		}
		return min(z[0]+r.Uint64N(used), uint64(len(b))-1)
	}
	stretch := func() (uint64, uint64) {
		at := place() &^ 7
		return at, min(at+8<<r.IntN(8), g.GuardOff, uint64(len(b)))
	}
	switch r.IntN(5) {
	case 0:
		n := 1 + r.IntN(20)
		for range n {
			b[place()] ^= 1 << r.IntN(8)
		}
		return fmt.Sprintf("%d bits flipped", n), b
	case 1:
		from, to := stretch()
		clear(b[from:to])
		return fmt.Sprintf("%#x to %#x zeroed", from, to), b
	case 2:
		from, to := stretch()
		for i := from; i < to; i++ {
			b[i] = byte(r.Uint32())
		}
		return fmt.Sprintf("%#x to %#x overwritten", from, to), b
	case 3:
		from, to := stretch()
		other := place() &^ 7
		copy(b[from:to], append([]byte(nil), b[other:min(other+to-from, uint64(len(b)))]...))
		return fmt.Sprintf("%#x to %#x copied from %#x", from, to, other), b
	default:
		size := uint64(r.IntN(len(b)))
		if r.IntN(4) > 0 && uint64(len(b)) > g.DataOff {
			size = g.DataOff + r.Uint64N(max(1, uint64(len(b))-g.DataOff))
		}
		return fmt.Sprintf("cut off at %#x", size), b[:size]
	}
}

// untouched says that no word that describes a block, and none of its content, is
// damaged.
func (s *sample) untouched(x info.Block, damaged []byte) bool {
	same := func(from, to uint64) bool {
		return to <= uint64(len(damaged)) && bytes.Equal(s.b[from:to], damaged[from:to])
	}
	g := &s.g
	state := func(p uint64) layout.State {
		return layout.State(binary.LittleEndian.Uint64(s.b[g.StatesOff+p*layout.StateSize:]))
	}
	page := (x.Offset - g.DataOff) >> layout.PageShift
	n := x.Size >> layout.PageShift
	if x.Kind == "small" {
		for state(page).Kind() != layout.Span {
			page--
		}
		n = uint64(layout.ClassTable[x.Class].Pages)
		if !same(g.BitsOff+page*layout.BitsSize, g.BitsOff+(page+1)*layout.BitsSize) || !same(g.TenantsOff+page*layout.TenantsSize, g.TenantsOff+(page+1)*layout.TenantsSize) {
			return false
		}
	}
	return same(g.StatesOff+page*8, g.StatesOff+(page+n)*8) && same(x.Offset, x.Offset+x.Size)
}

// guessed says that the constants of the header are damaged beyond what the checksum
// proves.
func (s *sample) guessed(damaged []byte) bool {
	n := 0
	for i := range min(layout.ConstSize, len(damaged)) {
		if damaged[i] != s.b[i] {
			n++
		}
	}
	return n > 1
}

// usersSame says that the words of the users are not damaged.
func (s *sample) usersSame(damaged []byte) bool {
	from, to := s.g.UsersOff, s.g.LedgersOff
	return to <= uint64(len(damaged)) && bytes.Equal(s.b[from:to], damaged[from:to])
}

// tryOne repairs one damaged arena and judges the result. It says whether it was
// repaired at all.
func (s *sample) tryOne(t *testing.T, m *memory, damaged []byte) (repaired, saved bool) {
	t.Helper()
	m.reset(damaged)
	rep, err := repair.Run(m, "sample")
	if err != nil {
		if errors.Is(err, errs.NoSpace) && s.guessed(damaged) {
			return false, false // for a larger arena: nothing decides between that and this one
		}
		if !errors.Is(err, errs.Corrupt) && !errors.Is(err, errs.Truncated) && !errors.Is(err, errs.NotArena) && !errors.Is(err, errs.Version) {
			t.Error(err)
		}
		return false, false
	}
	if c := info.CheckImage(m.bytes()); !c.Clean {
		t.Errorf("not sound after the repair: %+v", c.Findings[:min(5, len(c.Findings))])
	}
	there := map[uint64]info.Block{}
	n := uint64(0)
	for _, x := range blocksIn(t, m, s.g) {
		there[x.Offset] = x
		n++
		if x.Slot != 0 && !x.Orphan {
			t.Errorf("block at %#x belongs to slot %d, of which there is no user", x.Offset, x.Slot)
		}
	}
	if n != rep.Blocks {
		t.Errorf("%d blocks, the report says %d", n, rep.Blocks)
	}
	for _, x := range s.blocks {
		if !s.untouched(x, damaged) {
			continue
		}
		y, ok := there[x.Offset]
		if !ok || y.Size != x.Size {
			t.Errorf("%s block at %#x of %d bytes: not damaged, and gone (%+v)", x.Kind, x.Offset, x.Size, y)
		} else if !bytes.Equal(m.b[x.Offset:x.Offset+x.Size], s.b[x.Offset:x.Offset+x.Size]) {
			t.Errorf("%s block at %#x of %d bytes: not damaged, and changed", x.Kind, x.Offset, x.Size)
		} else if x.Slot != 0 && s.usersSame(damaged) && (!y.Orphan || y.Slot != x.Slot || y.Gen != x.Gen) {
			t.Errorf("block at %#x of slot %d generation %d is no orphan of that user: %+v", x.Offset, x.Slot, x.Gen, y)
		}
	}
	// What was repaired is sound: to repair it again changes nothing.
	again, err := repair.Run(m, "sample")
	if err != nil || len(again.Lost) > 0 && rep.Saved() || len(again.Salvaged) > 0 {
		t.Errorf("repaired again: %+v, %v", again, err)
	}
	for _, c := range again.Changes {
		if c.Kind != info.KindHint {
			t.Errorf("repaired again, and changed: %+v", c)
		}
	}
	return true, rep.Saved()
}

func TestDamage(t *testing.T) {
	seed := *seedFlag
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("seed %d", seed)
	done, saved, refused := 0, 0, 0
	for i, s := range samples(t, seed) {
		m := newMemory(t, nil, s.g.FileSize(s.g.MaxPages))
		for n := range *rounds {
			r := rand.New(rand.NewPCG(seed, uint64(i)<<32|uint64(n)))
			what, b := spoil(append([]byte(nil), s.b...), &s.g, r)
			if r.IntN(4) == 0 {
				var more string
				more, b = spoil(b, &s.g, r)
				what += ", " + more
			}
			ok, all := s.tryOne(t, m, b)
			if ok && n%10 == 0 {
				s.use(t, m)
			}
			switch {
			case !ok:
				refused++
			case all:
				saved++
			}
			done++
			if t.Failed() {
				t.Fatalf("sample %d round %d of seed %d: %s", i, n, seed, what)
			}
		}
	}
	t.Logf("%d damages: %d repaired, %d of these without loss, %d refused", done, done-refused, saved, refused)
	if refused > done/4 {
		t.Errorf("%d of %d were refused", refused, done)
	}
}

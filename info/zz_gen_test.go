package info

import (
	"math/rand/v2"
	"os"
	"testing"

	"usarena/internal/layout"
)

func TestGenPics(t *testing.T) {
	out := os.Getenv("PICS")
	if out == "" {
		t.Skip()
	}
	gen := func(name string, m *maker) {
		f := out + "/" + name
		os.WriteFile(f, m.b, 0o600)
		w, _ := os.Create(f + ".svg")
		if err := MapSVG(w, f); err != nil {
			t.Error(err)
		}
		w.Close()
		w, _ = os.Create(f + ".txt")
		if err := Map(w, f, 100, false); err != nil {
			t.Error(err)
		}
		w.Close()
	}
	gen("tiny", tinySample(t))
	gen("sample", sample(t))
	m := newMaker(t, 1<<30, 16, 30000)
	fill(m, 26000)
	gen("mid", m)
	m = newMaker(t, 32<<20, 16, 4000)
	fill(m, 3500)
	gen("small", m)
}

func fill(m *maker, upto uint64) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for s := 1; s <= 6; s++ {
		m.user(s, layout.UserLive, 7)
		m.put(m.userAt(s)+offUserPid, uint64(4000+s))
		m.put(m.userAt(s)+offUserSince, 1763650000e9)
	}
	rp := m.g.RegionPages()
	for p := uint64(0); p < upto; {
		left := rp - p%rp
		switch k := rnd.IntN(10); {
		case k < 6:
			c := []int{0, 3, 7, 12, 20, 33, 45, 60, 71}[rnd.IntN(9)]
			cl := layout.ClassTable[c]
			if uint64(cl.Pages) > left {
				m.state(p, layout.FreeRun(left))
				p += left
				continue
			}
			a := uint64(0)
			for i := range min(64, cl.Blocks) {
				if rnd.IntN(100) < 10+int(p*80/upto) {
					a |= 1 << i
				}
			}
			s := layout.OwnedSpan(c, 0, 1+rnd.IntN(6), 7, 0)
			o := uint64(0)
			if rnd.IntN(60) == 0 {
				s = s.Disowned() | layout.Orphaned
				o = a
			}
			start := p
			p = m.span(p, s, a, 0, o)
			for w := uint64(1); w*64 < uint64(cl.Blocks); w++ {
				m.put(m.bitsAt(start)+w*8, a&(1<<(min(64, uint64(cl.Blocks)-w*64))-1))
			}
		case k < 8:
			n := min(1+rnd.Uint64N(12), left)
			m.state(p, layout.FreeRun(n))
			p += n
		case k < 9:
			p = m.run(p, layout.PendingRun(min(1+rnd.Uint64N(6), left)))
		default:
			n := 1 + rnd.Uint64N(40)
			if rnd.IntN(20) == 0 {
				n = 300
			}
			p = m.run(p, layout.LargeRun(n, 0, 0))
			for p%rp != 0 && layout.State(m.get(m.stateAt(p&^(rp-1)))).Kind() == layout.Cont && p&(rp-1) == 0 {
			}
		}
	}
}

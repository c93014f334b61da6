package image_test

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"usarena/arena"
	"usarena/config"
	"usarena/internal/layout"
	"usarena/internal/worker"
)

var scribbles = flag.Int("image.scribbles", 8, "rounds of TestScribbled")

// desk is a round: an arena that some use while one writes over its metadata.
type desk struct {
	Name    string
	Objects []object
	Meta    []stretch
	Seed    uint64
	For     time.Duration
}

func init() {
	worker.Register("scribbler", func(s *worker.Side) error { return rounds(s, scribble) })
	worker.Register("scribbled", func(s *worker.Side) error { return rounds(s, endure) })
}

// rounds does what it is told until the parent goes away.
func rounds(s *worker.Side, f func(d *desk, rnd *rand.Rand) *result) error {
	s.Follow()
	for {
		var d desk
		if err := s.Hear(&d); err != nil {
			return err
		}
		if err := s.Tell(f(&d, rand.New(rand.NewPCG(d.Seed, 80)))); err != nil {
			return err
		}
	}
}

// scribble flips bits of the metadata, and half of them back a little later.
func scribble(d *desk, rnd *rand.Rand) *result {
	r := &result{Seen: map[string]int{}}
	f, err := os.OpenFile(d.Name, os.O_RDWR, 0)
	if err != nil {
		r.Bad = append(r.Bad, err.Error())
		return r
	}
	defer f.Close()
	end := uint64(0)
	for _, z := range d.Meta {
		end = max(end, z.End)
	}
	mem, err := unix.Mmap(int(f.Fd()), 0, int(end), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		r.Bad = append(r.Bad, err.Error())
		return r
	}
	defer unix.Munmap(mem)
	for until := time.Now().Add(d.For); time.Now().Before(until); {
		zone := d.Meta[rnd.IntN(len(d.Meta))]
		at, mask := zone.From+rnd.Uint64N(zone.End-zone.From), byte(1)<<rnd.IntN(8)
		mem[at] ^= mask
		time.Sleep(time.Duration(rnd.IntN(100)) * time.Microsecond)
		// A header that nobody accepts would end the game.
		if zone.End <= layout.HeaderSize || rnd.IntN(2) == 0 {
			mem[at] ^= mask
		}
		r.Seen["flip "+zone.Name]++
	}
	return r
}

// endure uses the arena as if nothing was.
func endure(d *desk, rnd *rand.Rand) *result {
	r := &result{Seen: map[string]int{}}
	for end := time.Now().Add(d.For); time.Now().Before(end); {
		w := &witness{seen: map[string]bool{}}
		w.visit(d, rnd)
		for kind := range w.seen {
			r.Seen[kind]++
		}
		r.Bad = append(r.Bad, w.bad...)
	}
	return r
}

func (w *witness) visit(d *desk, rnd *rand.Rand) {
	a, err := arena.Join(d.Name)
	if !w.err("Join", err) {
		return
	}
	p := &player{witness: w, rnd: rnd}
	for range 4 {
		for range 10 {
			if off, size := p.use(a); size > 0 {
				p.window(a, off, size, true)
			}
		}
		o := d.Objects[rnd.IntN(len(d.Objects))]
		w.hold(a, o)
		w.leave(a, o)
	}
	_, err = a.Recover(context.Background())
	w.err("Recover", err)
	w.err("Close", a.Close())
}

// near are the stretches as far as they are about the first pages, which are in use.
func (m *small) near() (list []stretch) {
	const first = 80
	pages := layout.HeaderOf(m.Bytes).MaxPages
	for _, z := range m.Meta {
		if n := (z.End - z.From) / pages; slices.Contains([]string{"states", "bits", "tenants"}, z.Name) {
			z.End = min(z.End, z.From+first*max(n, 1))
		}
		list = append(list, z)
	}
	return list
}

// TestScribbled has processes use an arena while another one writes over its
// metadata. They get errors and wrong results, but nothing else happens to them.
func TestScribbled(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d, %d rounds", seed, *scribbles)
	name := fileName() + "-desk"
	t.Cleanup(func() { os.Remove(name) })
	var crew []*worker.Proc
	for _, kind := range []string{"scribbler", "scribbled", "scribbled"} {
		p, err := worker.Start(context.Background(), kind, nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(p.Kill)
		crew = append(crew, p)
	}
	seen := map[string]int{}
	for round := range *scribbles {
		// The last is large enough for heaps, whose code is pinned: no fault may meet it.
		m, err := newSmall([]config.Config{{Size: 240 << 10, NoAutoGrow: true}, {Size: 240 << 10, MaxSize: 2 << 20}, {Size: 240 << 10, MaxSize: 64 << 20}}[round%3])
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, m.Bytes, 0o600); err != nil {
			t.Fatal(err)
		}
		// The count of pages shows most where the arena may grow: it comes often.
		meta := append(m.near(), slices.Repeat([]stretch{{"committed", layout.ConstSize, layout.ConstSize + 2}}, 1+min(round%3, 1)*5)...)
		d := desk{Name: name, Objects: m.Objects, Meta: meta, Seed: seed + uint64(round)<<8, For: 200 * time.Millisecond}
		for _, p := range crew {
			d.Seed++
			if err := p.Tell(d); err != nil {
				t.Fatal(err)
			}
		}
		for _, p := range crew {
			var r result
			watchdog := time.AfterFunc(theNurse.last, func() { syscall.Kill(p.Pid(), syscall.SIGQUIT) })
			if err := p.Hear(&r); err != nil {
				t.Fatalf("round %d: %v", round, short(err))
			}
			watchdog.Stop()
			for kind, n := range r.Seen {
				seen[kind] += n
			}
			for _, text := range r.Bad {
				t.Errorf("round %d: %s", round, text)
			}
		}
	}
	var text string
	for _, kind := range slices.Sorted(maps.Keys(seen)) {
		text += fmt.Sprintf("\n  %s: %d", kind, seen[kind])
	}
	t.Log(text)
}

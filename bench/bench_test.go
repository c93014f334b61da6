package bench

import (
	"errors"
	"fmt"
	"os"
	"testing"

	"usarena/arena"
	"usarena/internal/worker"
)

func TestMain(m *testing.M) {
	worker.Main()
	os.Exit(m.Run())
}

// arenaFor makes the arena of a test or benchmark and sees to it that nothing
// is left in it, or of it.
func arenaFor(tb testing.TB) *arena.Arena {
	tb.Helper()
	a, remove, err := sparse()
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		for _, f := range a.Check().Findings {
			tb.Errorf("check: %s at %#x: %s", f.Kind, f.Offset, f.Detail)
		}
		if err := remove(); err != nil {
			tb.Error(err)
		}
	})
	return a
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

func BenchmarkW1(b *testing.B) {
	for _, size := range pairSizes {
		b.Run(fmt.Sprintf("size=%d", size), func(b *testing.B) {
			a := arenaFor(b)
			free, err := bystanders(a, size)
			must(b, err)
			must(b, pairs(a, size, 1000))
			b.ResetTimer()
			must(b, pairs(a, size, b.N))
			b.StopTimer()
			must(b, free())
		})
	}
}

func BenchmarkW1Null(b *testing.B) {
	z, err := newNull(arenaFor(b))
	must(b, err)
	b.ResetTimer()
	must(b, pairsNull(z, 64, b.N))
}

func BenchmarkW1GoNew(b *testing.B) { pairsGo(b.N) }

func BenchmarkW2(b *testing.B) {
	for name, order := range orders() {
		b.Run("order="+name, func(b *testing.B) {
			a := arenaFor(b)
			must(b, batch(a, order, 1))
			b.ResetTimer()
			must(b, batch(a, order, b.N))
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/batchSize, "ns/pair")
		})
	}
}

func churning(b *testing.B, m mix) {
	c, err := newChurn(arenaFor(b), m, 0)
	must(b, err)
	must(b, c.run(m.slots))
	b.ResetTimer()
	must(b, c.run(b.N))
	b.StopTimer()
	must(b, c.drain())
}

func BenchmarkW3(b *testing.B) { churning(b, smallMix) }
func BenchmarkW4(b *testing.B) { churning(b, largeMix) }

func BenchmarkW5(b *testing.B) {
	for _, procs := range []int{1, 2} {
		b.Run(fmt.Sprintf("procs=%d", procs), func(b *testing.B) {
			rate, err := shared(b.Context(), procs, uint64(b.N))
			must(b, err)
			b.ReportMetric(rate, "ops/s")
		})
	}
}

func BenchmarkW6(b *testing.B) {
	rate, err := passed(b.Context(), uint64(b.N), false)
	must(b, err)
	b.ReportMetric(rate, "items/s")
}

func BenchmarkW7(b *testing.B) {
	a := arenaFor(b)
	steps := sizes()
	b.ResetTimer()
	must(b, grow(a, steps, b.N))
}

func BenchmarkW8(b *testing.B) {
	a, remove, err := crowded()
	must(b, err)
	defer func() { must(b, remove()) }()
	b.ResetTimer()
	sum := 0.0
	for range b.N {
		attach, _, err := joined(b.Context(), a.Name())
		must(b, err)
		sum += micros(attach)
	}
	b.ReportMetric(sum/float64(b.N), "attach-us")
}

// The generator of the peers: its first numbers, computed by hand once.
func TestRandom(t *testing.T) {
	r := newRandom(0)
	first := r.next()
	x := uint64(88172645463325252)
	x ^= x << 13
	x ^= x >> 7
	x ^= x << 17
	if first != x || first != 8748534153485358512 {
		t.Errorf("first number %d, want %d", first, x)
	}
	for range 100000 {
		if n := logUniform(r.next(), 16, 6); n < 16 || n > 1023 {
			t.Fatalf("size %d is outside 16 to 1023", n)
		}
		if n := below(r.next(), 193); n > 192 {
			t.Fatalf("below(193) gave %d", n)
		}
	}
	if n := len(sizes()) - 1; n != 51 {
		t.Errorf("%d steps of growth, want 51", n)
	}
}

// Every loop, shortly: it must come to its end, find its marks, leave nothing.
func TestLoopsLeaveNothing(t *testing.T) {
	a := arenaFor(t)
	live := a.Stats().LiveBytes
	for _, size := range pairSizes {
		must(t, pairs(a, size, 100))
	}
	for _, order := range orders() {
		must(t, batch(a, order, 2))
	}
	must(t, grow(a, sizes(), 3))
	for _, m := range []mix{{2000, smallMix.lo, smallMix.oct}, {20, largeMix.lo, largeMix.oct}} {
		c, err := newChurn(a, m, 0)
		must(t, err)
		must(t, c.run(5000))
		must(t, c.drain())
	}
	if now := a.Stats().LiveBytes; now != live {
		t.Errorf("%d bytes are live after everything was freed, %d before", now, live)
	}
}

// A block that somebody else has written to is noticed.
func TestLostMarksAreNoticed(t *testing.T) {
	c, err := newChurn(arenaFor(t), mix{1, 16, 1}, 0)
	must(t, err)
	*word(c.a, c.slots[0].p)++
	if err := c.run(1); err == nil {
		t.Error("a changed block was freed without a word")
	}
}

func TestWorkersOfSeveralProcesses(t *testing.T) {
	if rate, err := shared(t.Context(), 2, 20000); err != nil || rate <= 0 {
		t.Errorf("W5: %v ops/s, %v", rate, err)
	}
	for _, null := range []bool{false, true} {
		if rate, err := passed(t.Context(), 20001, null); err != nil || rate <= 0 {
			t.Errorf("W6 (null %v): %v items/s, %v", null, rate, err)
		}
	}
	a, remove, err := crowded()
	must(t, err)
	defer func() { must(t, remove()) }()
	if attach, whole, err := joined(t.Context(), a.Name()); err != nil || attach <= 0 || whole <= attach {
		t.Errorf("W8: %v of %v, %v", attach, whole, err)
	}
	if _, _, err := joined(t.Context(), a.Name()+"-absent"); err == nil || errors.Is(err, os.ErrProcessDone) {
		t.Errorf("W8 on no arena: %v", err)
	}
}

func TestUnknownWorkload(t *testing.T) {
	if list, ok, err := Run(t.Context(), "W99"); ok || err != nil || list != nil {
		t.Errorf("%v %v %v, want nothing", list, ok, err)
	}
}

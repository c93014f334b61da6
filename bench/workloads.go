package bench

import (
	"fmt"
	"time"

	"usarena/arena"
)

// How long and how often.
var (
	pairSizes = []uint64{16, 64, 256, 4096, 65536}
	pairTime  = 250 * time.Millisecond // after a tenth of it to warm up
	opsCap    = 6 * time.Second        // of W3 and W4
)

const (
	smallOps  = 5_000_000
	largeOps  = 200_000
	shareOps  = 2_500_000 // of each worker of W5
	ringTotal = 3_000_000
	growths   = 2000
	joins     = 21
	residents = 10_000 // live blocks of W8
)

// perOp runs a loop for pairTime and returns nanoseconds per operation.
func perOp(each int, run func(n int) error) (float64, error) {
	n, err := warm(pairTime, run)
	if err != nil {
		return 0, err
	}
	start := time.Now()
	err = run(n)
	return float64(time.Since(start).Nanoseconds()) / float64(n) / float64(each), err
}

func w1(a *arena.Arena, r *results) error {
	z, err := newNull(a)
	if err != nil {
		return err
	}
	for _, size := range pairSizes {
		metric := fmt.Sprintf("pair_%d_ns", size)
		free, err := bystanders(a, size)
		if err != nil {
			return err
		}
		loops := []loop{
			{Ours, func(n int) error { return pairs(a, size, n) }},
			{Null, func(n int) error { return pairsNull(z, size, n) }},
			{GoNew, func(n int) error { pairsGo(n); return nil }},
		}
		if size != 64 {
			loops = loops[:2]
		}
		for _, l := range loops {
			ns, err := perOp(1, l.run)
			if err != nil {
				return err
			}
			r.add(l.peer, metric, ns, "ns")
		}
		if err := free(); err != nil {
			return err
		}
	}
	return nil
}

func w2(a *arena.Arena, r *results) error {
	z, err := newNull(a)
	if err != nil {
		return err
	}
	order := orders()
	for _, name := range []string{"fifo", "lifo", "random"} {
		ns, err := perOp(batchSize, func(n int) error { return batch(a, order[name], n) })
		if err != nil {
			return err
		}
		r.add(Ours, name+"_ns", ns, "ns")
		ns, _ = perOp(batchSize, func(n int) error { batchNull(z, order[name], n); return nil })
		r.add(Null, name+"_ns", ns, "ns")
	}
	return nil
}

func w3(a *arena.Arena, r *results) error { return churned(a, r, smallMix, smallOps) }
func w4(a *arena.Arena, r *results) error { return churned(a, r, largeMix, largeOps) }

// churned is W3 or W4.
func churned(a *arena.Arena, r *results, m mix, ops int) error {
	rss, used := resident(), usedBytes(a)
	c, err := newChurn(a, m, 0)
	if err != nil {
		return err
	}
	n, took, err := timed(ops, opsCap, c.run)
	if err != nil {
		return err
	}
	r.add(Ours, "op_ns", float64(took.Nanoseconds())/float64(n), "ns")
	if m == smallMix {
		live := float64(c.live())
		r.add(Ours, "rss_over_live", float64(resident()-rss)/live, "")
		r.add(Ours, "used_over_live", float64(usedBytes(a)-used)/live, "")
	}
	r.add(Ours, "high_over_live", float64(highBytes(a)-used)/float64(peakLive(m, n)), "")
	if err := c.drain(); err != nil {
		return err
	}
	z, err := newNull(a)
	if err != nil {
		return err
	}
	for i := range c.slots {
		c.slots[i].p = z.p
	}
	n, took, _ = timed(ops, opsCap, func(n int) error { c.runNull(z, n); return nil })
	r.add(Null, "op_ns", float64(took.Nanoseconds())/float64(n), "ns")
	return nil
}

func w7(a *arena.Arena, r *results) error {
	steps := sizes()
	start := time.Now()
	if err := grow(a, steps, growths); err != nil {
		return err
	}
	r.add(Ours, "growth_us", micros(time.Since(start))/growths, "us")
	p, err := a.Malloc(growTo)
	if err != nil {
		return err
	}
	start = time.Now()
	growNull(a, p, steps, growths)
	r.add(Null, "growth_us", micros(time.Since(start))/growths, "us")
	return a.Free(p)
}

func micros(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e3 }

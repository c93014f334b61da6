package main

import (
	"fmt"
	"time"
	"unsafe"
)

// The loops are those of package bench of the main module, on a heap that a type
// parameter gives.

const (
	pairTime  = 250 * time.Millisecond
	opsCap    = 6 * time.Second
	batchSize = 1000
)

type random uint64

func newRandom(worker int) random {
	return random(88172645463325252 + uint64(worker)*0x9E3779B97F4A7C15)
}

func (r *random) next() uint64 {
	x := uint64(*r)
	x ^= x << 13
	x ^= x >> 7
	x ^= x << 17
	*r = random(x)
	return x
}

func below(r, n uint64) uint64 { return ((r >> 32) * n) >> 32 }

func logUniform(r, lo, k uint64) uint64 {
	base := lo << ((r >> 32) % k)
	return base + r&(base-1)
}

func word(p unsafe.Pointer) *uint64 { return (*uint64)(p) }

func expect[A heap](a A, p unsafe.Pointer, want uint64) {
	if *word(p) != want && !a.null() {
		fail("memory was handed out twice")
	}
}

// perOp runs a loop for pairTime and gives nanoseconds per operation.
func perOp(each int, run func(n int)) float64 {
	n := 1
	for ; ; n *= 2 {
		start := time.Now()
		run(n)
		if took := time.Since(start); took > pairTime/10 {
			n = max(1, int(float64(n)*float64(pairTime)/float64(took)))
			break
		}
	}
	start := time.Now()
	run(n)
	return float64(time.Since(start).Nanoseconds()) / float64(n*each)
}

var sink unsafe.Pointer // keeps what Go's heap gives from the stack

func w1[A heap](a A) {
	for _, size := range []int{16, 64, 256, 4096, 65536} {
		var others [100]unsafe.Pointer
		for i := range others {
			others[i] = a.alloc(size)
		}
		ns := perOp(1, func(n int) {
			for i := range n {
				p := a.alloc(size)
				*word(p) = uint64(i)
				sink = p
				a.free(p)
			}
		})
		show("W1", fmt.Sprintf("pair_%d_ns", size), ns)
		for _, p := range others {
			a.free(p)
		}
	}
}

func w2[A heap](a A) {
	var order [3][batchSize]int
	r := newRandom(0)
	for i := range batchSize {
		order[0][i], order[1][i] = i, batchSize-1-i
		j := int(below(r.next(), uint64(i+1)))
		order[2][i], order[2][j] = order[2][j], i
	}
	blocks := make([]unsafe.Pointer, batchSize)
	for o, name := range []string{"fifo_ns", "lifo_ns", "random_ns"} {
		show("W2", name, perOp(batchSize, func(n int) {
			for range n {
				for i := range blocks {
					p := a.alloc(64)
					*word(p) = uint64(i)
					blocks[i] = p
				}
				for _, i := range order[o] {
					expect(a, blocks[i], uint64(i))
					a.free(blocks[i])
				}
			}
		}))
	}
}

type mix struct{ slots, lo, oct uint64 }

var small, large = mix{100000, 16, 6}, mix{1000, 4096, 8}

// churn keeps slots live and replaces random ones.
type churn[A heap] struct {
	mix
	a     A
	r     random
	slots []slot
}

type slot struct {
	p    unsafe.Pointer
	mark uint64
}

func newChurn[A heap](a A, m mix, worker int) *churn[A] {
	c := &churn[A]{mix: m, a: a, r: newRandom(worker), slots: make([]slot, m.slots)}
	for i := range c.slots {
		c.put(uint64(i))
	}
	return c
}

func (c *churn[A]) put(i uint64) {
	p := c.a.alloc(int(logUniform(c.r.next(), c.lo, c.oct)))
	mark := i<<40 ^ uint64(uintptr(p))
	*word(p) = mark
	c.slots[i] = slot{p, mark}
}

func (c *churn[A]) run(n int) {
	for range n {
		i := below(c.r.next(), c.mix.slots)
		expect(c.a, c.slots[i].p, c.slots[i].mark)
		c.a.free(c.slots[i].p)
		c.put(i)
	}
}

func churned[A heap](a A, workload string, m mix, ops int) {
	c := newChurn(a, m, 0)
	done, start := 0, time.Now()
	for done < ops && time.Since(start) < opsCap {
		n := min(1<<14, ops-done)
		c.run(n)
		done += n
	}
	show(workload, "op_ns", float64(time.Since(start).Nanoseconds())/float64(done))
}

func w7[A heap](a A) {
	const growths = 2000
	var sizes []int
	for z := 16; z < 1<<20; z += z / 4 {
		sizes = append(sizes, z)
	}
	sizes = append(sizes, 1<<20)
	start := time.Now()
	for range growths {
		var p unsafe.Pointer
		had := 0
		for _, z := range sizes {
			p = a.grow(p, had, z)
			clear(unsafe.Slice((*byte)(p), z)[had:])
			had = z
		}
		sink = p
		a.free(p)
	}
	show("W7", "growth_us", float64(time.Since(start).Nanoseconds())/1e3/growths)
}
